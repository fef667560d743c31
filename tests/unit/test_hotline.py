"""What a caller lives through in the hotline's dialogue, in virtual time (GRT, SIL, QUE)."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.call import (
    Connect,
    HangUp,
    Hangup,
    Language,
    Life,
    LineOutcome,
    MessageReason,
    TakeMessage,
    Topic,
)
from callflow.dialogues.hotline import Opening, hotline
from callflow.dialogues.quiet_line import quiet_line
from callflow.rules.hours import Calendar, OpenHours, WorkingTimes, farewell, greeting
from tests.unit.scripted import PROMPT_SECONDS, ScriptedCall, pressed, spoke

ZH, EN = Language.CHINESE, Language.ENGLISH
OPENING = Opening(greeting="greeting_morning", language=ZH)
SIL1 = ["sil1_first", "sil1_second", "sil1_third"]


def _agent(topic: Topic = Topic.AGENT, language: Language = ZH) -> Connect:
    return Connect("hotline", topic, language)


async def test_a_silent_caller_hears_three_prompts_with_their_pauses_and_is_hung_up_on() -> None:
    call = ScriptedCall()  # SIL-1, SIL-6
    assert await hotline(call, OPENING) == HangUp(LineOutcome.SILENT, ZH)
    greeted, *asked = call.said
    assert greeted == (0.0, "greeting_morning")
    assert [prompt for _, prompt in asked] == SIL1
    starts = [at for at, _ in asked]
    assert starts == [5.0, 10.0, 15.0]  # 2 s of words, 3 s of listening
    assert call.now == starts[-1] + PROMPT_SECONDS + 2.0
    assert ("line", {"outcome": "silent"}) in call.notes


@given(
    at=st.floats(0.0, 18.99), key=st.sampled_from("0123456789*#") | st.none()
)  # 19 s: the hang-up
async def test_a_sign_of_life_at_any_moment_saves_the_call(at: float, key: str | None) -> None:
    call = ScriptedCall(signs=[pressed(key, at) if key else spoke(at)])  # SIL-1
    assert not isinstance(await hotline(call, OPENING), HangUp)


async def test_a_caller_who_coughs_during_the_second_prompt_is_not_hung_up() -> None:
    call = ScriptedCall(signs=[spoke(10.5)])
    assert await hotline(call, OPENING) == _agent()
    assert call.prompts() == ["greeting_morning", "sil1_first", "sil1_second", "menu"]


async def test_a_caller_whose_word_was_missed_is_not_hung_up_when_it_is_found_at_last() -> None:
    call = ScriptedCall(overlooked=True)  # SIL-1: a second detector hears all before the hang-up
    assert await hotline(call, OPENING) == _agent()
    assert call.prompts() == ["greeting_morning", *SIL1, "menu"]


@pytest.mark.parametrize("signs", [[], [spoke(10.5)]])
async def test_what_was_kept_of_a_silent_line_is_dropped_when_sil1_ends(signs: list[Life]) -> None:
    call = ScriptedCall(signs=signs)
    await hotline(call, OPENING)
    assert not call.kept


async def test_what_was_kept_is_dropped_when_the_caller_goes_in_between() -> None:
    call = ScriptedCall(hangs_up_at=9.0)
    with pytest.raises(Hangup):
        await hotline(call, OPENING)
    assert not call.kept


async def test_the_first_words_say_that_the_call_is_recorded_and_voice_does_not_cut_them() -> None:
    told = replace(OPENING, told_of_recording=True, notices=("outage_power",))
    call = ScriptedCall(signs=[spoke(1.0), spoke(6.5)])
    assert await hotline(call, told) == _agent()
    words = [(0.0, "recording_notice"), (2.0, "outage_power"), (4.0, "greeting_morning")]
    assert call.said[:3] == words


async def test_a_key_pressed_over_the_notice_of_recording_is_the_first_key() -> None:
    call = ScriptedCall(signs=[pressed("2", 0.5)])
    told = replace(OPENING, told_of_recording=True)
    assert await hotline(call, told) == _agent(Topic.SUGGESTION)
    assert "greeting_morning" not in call.prompts()


async def test_who_answers_the_greeting_goes_to_the_menu() -> None:
    call = ScriptedCall(signs=[spoke(1.0), pressed("2", 4.0)])  # GRT-1
    assert await hotline(call, OPENING) == _agent(Topic.SUGGESTION)
    assert call.prompts() == ["greeting_morning", "menu"]


@pytest.mark.parametrize(
    ("key", "topic"),
    [
        ("1", Topic.COMPLAINT),
        ("2", Topic.SUGGESTION),
        ("3", Topic.CONSULTATION),
        ("4", Topic.FAULT),
        ("0", Topic.AGENT),
    ],
)
async def test_a_key_pressed_into_the_greeting_chooses_at_once(key: str, topic: Topic) -> None:
    call = ScriptedCall(signs=[pressed(key, 0.5)])
    assert await hotline(call, OPENING) == _agent(topic)
    assert call.prompts() == ["greeting_morning"]


async def test_nine_is_english_and_the_menu_is_said_again_in_it() -> None:
    call = ScriptedCall(signs=[spoke(1.0), pressed("9", 3.0), pressed("4", 4.0)])
    assert await hotline(call, OPENING) == _agent(Topic.FAULT, EN)
    assert call.languages == [ZH, ZH, EN]


async def test_who_presses_nothing_stays_on_the_line_for_an_agent() -> None:
    call = ScriptedCall(signs=[spoke(1.0)])
    assert await hotline(call, OPENING) == _agent()


async def test_a_key_without_a_meaning_is_answered_with_what_the_keys_mean() -> None:
    call = ScriptedCall(signs=[spoke(1.0), pressed("7", 3.0), pressed("3", 4.0)])
    assert await hotline(call, OPENING) == _agent(Topic.CONSULTATION)
    assert call.prompts() == ["greeting_morning", "menu", "menu_invalid"]


async def test_who_presses_only_nonsense_reaches_an_agent_all_the_same() -> None:
    call = ScriptedCall(signs=[pressed("*", n / 2) for n in range(2, 40)])
    assert await hotline(call, OPENING) == _agent()


async def test_a_caller_who_is_still_dialling_is_told_that_the_call_is_connected() -> None:
    number = [pressed(key, 1.0 + n * 0.4) for n, key in enumerate("13800138000")]
    call = ScriptedCall(signs=[*number, pressed("4", 9.5)])  # SIL-2
    assert await hotline(call, OPENING) == _agent(Topic.FAULT)
    assert call.prompts() == ["greeting_morning", "sil2", "menu"]


async def test_a_too_quiet_caller_is_asked_twice_and_then_told_to_ring_again() -> None:
    call = ScriptedCall(signs=[spoke(t) for t in (1.0, 5.0, 9.0)], quiet=True)  # SIL-3
    assert await hotline(call, OPENING) == HangUp(LineOutcome.TOO_QUIET, ZH)
    assert call.prompts() == ["greeting_morning", "sil3_louder", "sil3_louder", "sil3_goodbye"]


async def test_a_murmur_too_short_to_be_measured_is_not_taken_for_a_clear_voice() -> None:
    call = ScriptedCall(signs=[spoke(2.5), spoke(7.5)], measured=False)
    assert not await quiet_line(call, ZH)
    assert call.prompts() == ["sil3_louder", "sil3_louder", "sil3_goodbye"]


async def test_a_quiet_caller_who_presses_a_key_goes_on() -> None:
    call = ScriptedCall(signs=[spoke(1.0), pressed("1", 4.5)], quiet=True)
    assert isinstance(await hotline(call, OPENING), Connect)


async def test_an_outage_notice_comes_before_the_greeting() -> None:
    call = ScriptedCall(signs=[spoke(3.0)])  # QUE-6
    await hotline(call, Opening("greeting", ZH, notices=("outage_power",)))
    assert call.prompts()[:2] == ["outage_power", "greeting"]


async def test_after_hours_the_caller_is_offered_to_leave_a_message() -> None:
    call = ScriptedCall(signs=[pressed("1", 1.0)])  # QUE-5
    verdict = await hotline(call, Opening("greeting", ZH, agents_at_work=False))
    assert verdict == TakeMessage(MessageReason.AFTER_HOURS, Topic.COMPLAINT, ZH)


@given(
    signs=st.lists(
        st.builds(spoke, st.floats(0, 60))
        | st.builds(pressed, st.sampled_from("0159*"), st.floats(0, 60)),
        max_size=8,
    ),
    gone=st.floats(0.01, 60),
)
async def test_a_hang_up_ends_the_dialogue_wherever_it_is(signs: list[Life], gone: float) -> None:
    call = ScriptedCall(signs=sorted(signs, key=lambda sign: sign.at), hangs_up_at=gone)
    staying = ScriptedCall(signs=list(call.signs))
    verdict = await hotline(staying, OPENING)
    try:
        assert await hotline(call, OPENING) == verdict
        assert staying.now < gone
    except Hangup:
        assert staying.now >= gone
    assert call.now < gone


PLAIN = Calendar(is_holiday=lambda _: False, is_made_up=lambda _: False)
FESTIVE = Calendar(is_holiday=lambda d: d == date(2026, 10, 1), is_made_up=lambda _: False)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-23T07:00", "greeting_morning"),
        ("2026-11-23T11:59", "greeting_noon"),
        ("2026-11-23T13:00", "greeting_afternoon"),
        ("2026-11-23T18:30", "greeting_evening"),
        ("2026-11-23T03:00", "greeting"),
        ("2026-11-21T10:00", "greeting_weekend"),
        ("2026-10-01T10:00", "greeting_holiday"),
    ],
)
def test_the_greeting_suits_the_hour_the_weekend_and_the_holiday(moment: str, words: str) -> None:
    assert greeting(datetime.fromisoformat(moment), FESTIVE) == words  # GRT-2


def test_the_closing_words_suit_the_day() -> None:
    saturday, monday = datetime(2026, 11, 21), datetime(2026, 11, 23)  # noqa: DTZ001 - wall time
    holiday = datetime(2026, 10, 1)  # noqa: DTZ001
    assert farewell(monday, PLAIN) == "farewell"  # GRT-4
    assert farewell(saturday, PLAIN) == "farewell_weekend"
    assert farewell(holiday, FESTIVE) == "farewell_holiday"


@pytest.mark.parametrize(
    ("hours", "at", "open_then"),
    [
        ("08:00-20:00", "07:59", False),
        ("08:00-20:00", "08:00", True),
        ("08:00-20:00", "20:00", False),
        ("22:00-06:00", "23:00", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "12:00", False),
        ("00:00-24:00", "23:59", True),
    ],
)
def test_agents_are_offered_in_the_open_hours_only(hours: str, at: str, open_then: bool) -> None:
    assert OpenHours.parse(hours).hold(datetime.fromisoformat(f"2026-11-23T{at}")) is open_then


def test_open_hours_that_are_none_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="is not like 08:00-20:00"):
        OpenHours.parse("8-25")


@pytest.mark.parametrize(
    ("holidays", "at_noon", "at_eight"),
    [("", True, True), ("closed", False, False), ("10:00-16:00", True, False)],
)
def test_on_a_holiday_agents_are_offered_as_the_holidays_hours_say(
    holidays: str, at_noon: bool, at_eight: bool
) -> None:  # QUE-5
    calendar = Calendar(lambda day: day.month == 10, lambda _: False)
    times = WorkingTimes.parse("08:00-20:00", holidays)
    assert times.hold(datetime.fromisoformat("2026-10-01T12:00"), calendar) is at_noon
    assert times.hold(datetime.fromisoformat("2026-10-01T08:00"), calendar) is at_eight
    assert times.hold(datetime.fromisoformat("2026-11-02T08:00"), calendar)
