"""TKT-12 on the telephone: a department answers for its tickets by keys (late_department)."""

import pytest

from callflow.call import HangUp, Hangup, Language, LineOutcome, Sound, VoiceBegan, VoiceEnded
from callflow.dialogues.late_department import ROUNDS, late_department
from callflow.rules.late_tickets import (
    LateTicket,
    late_tickets,
    spoken_lateness,
    spoken_number,
)
from sounds.texts import load
from tests.unit.scripted import ScriptedCall, pressed

PROMPTS = load()
ZH, EN = Language.CHINESE, Language.ENGLISH
ONE = [LateTicket("7-12", overdue=True, minutes=90)]
TWO = [*ONE, LateTicket("7-13", overdue=False, minutes=20)]
HELLO: list[Sound] = [VoiceBegan(0.2), VoiceEnded(1.0)]
LATE = ["department_overdue", "number_1", "department_hours", "number_30", "department_minutes"]
NUMBER = ["number_7", "letter_dash", "number_1", "number_2"]
TICKET = ["department_ticket", *NUMBER, *LATE, "department_menu"]


def _answers(call: ScriptedCall) -> list[tuple[str, str]]:
    told = {"accepted", "asked_time", "sent_back", "reached"}
    return [
        (what, str(facts.get("ticket") or facts.get("result")))
        for what, facts in call.notes
        if what in told
    ]


def _call(*keys: tuple[str, float], sounds: list[Sound] | None = None) -> ScriptedCall:
    signs = [pressed(key, at) for key, at in keys]
    return ScriptedCall(list(signs), sounds=list(HELLO if sounds is None else sounds))


@pytest.mark.parametrize("language", [ZH, EN])
@pytest.mark.parametrize("overdue", [True, False])
def test_every_time_can_be_spoken(language: Language, overdue: bool) -> None:
    for minutes in [0, 1, 2, 59, 60, 61, 120, 1439, 1440, 1441, 2880, 99 * 1440, 10**7]:
        ticket = LateTicket("20261130-00012", overdue=overdue, minutes=minutes)
        words = [*spoken_number(ticket), *spoken_lateness(ticket, language)]
        assert all(word in PROMPTS for word in words), words


def test_two_of_something_are_said_as_the_language_does() -> None:
    ticket = LateTicket("7", overdue=True, minutes=2 * 60 + 2)
    units = ("department_hours", "department_minutes")
    two = spoken_lateness(ticket, ZH)
    assert two == ("department_overdue", "wake_two", units[0], "wake_two", units[1])
    assert "wake_two" not in spoken_lateness(ticket, EN)


def test_tickets_are_read_as_the_dialplan_tells_them() -> None:
    assert late_tickets("7-12_o90.7-13_l20") == TWO
    for wrong in ("7-12", "7-12_x9", "x_o1", "7-12_o90,7-13_l20"):
        with pytest.raises(ValueError, match="is no ticket"):
            late_tickets(wrong)


@pytest.mark.parametrize(
    ("key", "what"), [("1", "accepted"), ("2", "asked_time"), ("3", "sent_back")]
)
async def test_a_key_answers(key: str, what: str) -> None:
    call = _call((key, 28.0))
    assert await late_department(call, ONE, ZH) == HangUp(LineOutcome.ALIVE, ZH)
    assert _answers(call) == [(what, "1")]
    assert call.prompts() == [
        "department_opening",
        *TICKET,
        f"department_{what}",
        "department_thanks",
    ]


async def test_a_key_before_the_ticket_was_named_is_no_answer() -> None:
    call = _call(("1", 1.05))  # a person who presses while we say who we are
    await late_department(call, ONE, ZH)
    assert _answers(call) == [("reached", "silent")]


async def test_a_key_does_not_cut_the_number_short() -> None:
    call = _call(("1", 5.0))
    await late_department(call, ONE, ZH)
    assert call.prompts()[1:6] == ["department_ticket", *NUMBER]
    assert _answers(call) == [("accepted", "1")]


async def test_who_presses_nothing_hears_it_said_again_twice_and_is_called_again_later() -> None:
    call = _call()
    assert await late_department(call, ONE, ZH) == HangUp(LineOutcome.SILENT, ZH)
    assert call.prompts() == ["department_opening", *TICKET * ROUNDS, "department_no_answer"]
    assert _answers(call) == [("reached", "silent")]


async def test_a_wrong_key_is_said_to_be_wrong_and_it_is_said_again() -> None:
    call = _call(("7", 28.0), ("1", 54.0))
    await late_department(call, ONE, ZH)
    assert call.prompts().count("survey_again") == 1
    assert call.prompts().count("department_ticket") == 2
    assert _answers(call) == [("accepted", "1")]


async def test_zero_says_it_again_and_is_no_wrong_key() -> None:
    call = _call(("0", 28.0), ("2", 54.0))
    await late_department(call, ONE, EN)
    assert "survey_again" not in call.prompts()
    assert call.prompts().count("department_ticket") == 2
    assert _answers(call) == [("asked_time", "1")]


async def test_tickets_are_answered_one_after_the_other() -> None:
    call = _call(("1", 25.0), ("3", 60.0))
    await late_department(call, TWO, ZH)
    assert _answers(call) == [("accepted", "1"), ("sent_back", "2")]
    assert "department_next" in call.prompts()
    assert "department_left" in call.prompts()


async def test_who_hangs_up_in_the_middle_has_answered_what_was_answered() -> None:
    call = _call(("1", 25.0))
    call.hangs_up_at = 40.0
    with pytest.raises(Hangup):
        await late_department(call, TWO, ZH)
    assert _answers(call) == [("accepted", "1")]


async def test_a_voicemail_hears_nothing_more() -> None:
    call = _call(sounds=[VoiceBegan(0.2), VoiceEnded(9.0)])
    assert await late_department(call, ONE, ZH) == HangUp(LineOutcome.ALIVE, ZH)
    assert _answers(call) == [("reached", "voicemail")]
    assert not [prompt for prompt in call.prompts() if prompt in TICKET]


async def test_who_says_nothing_is_not_given_up() -> None:
    call = _call(("1", 40.0), sounds=[])
    await late_department(call, ONE, ZH)
    assert _answers(call) == [("accepted", "1")]
