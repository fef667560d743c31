"""GRT-3, CBK-3, CBK-4: a customer hears who calls, is asked, is thanked, and hangs up first."""

import pytest

from callflow.call import (
    HangUp,
    Hangup,
    Language,
    Life,
    LineOutcome,
    Sound,
    Tone,
    VoiceBegan,
    VoiceEnded,
)
from callflow.dialogues.survey import Asked, asked_in, survey
from callflow.rules.questions import CALL_AGAIN, NOTICES, SHIPPED, Kind, Question
from tests.unit.scripted import ScriptedCall, pressed

ZH = Language.CHINESE
HELLO: list[Sound] = [VoiceBegan(0.4), VoiceEnded(1.2)]
TWO = tuple(one for one in SHIPPED if one.name in {"satisfaction", "solved"})


def _asks(*questions: Question, kind: Kind = Kind.SURVEY) -> Asked:
    return Asked(kind, questions or TWO, ZH)


def _noted(call: ScriptedCall) -> list[tuple[str, ...]]:
    told = [(what, facts) for what, facts in call.notes if what in {"keyed", "reached"}]
    return [(what, *map(str, facts.values())) for what, facts in told]


async def _called(
    *signs: Life, asked: Asked | None = None, sounds: list[Sound] | None = None, gone: float = 999.0
) -> tuple[ScriptedCall, HangUp | None]:
    call = ScriptedCall(
        signs=list(signs), sounds=list(HELLO if sounds is None else sounds), hangs_up_at=gone
    )
    try:
        return call, await survey(call, asked or _asks())
    except Hangup:
        return call, None


async def test_a_person_answers_every_question_and_hangs_up_after_the_thanks() -> None:
    call, verdict = await _called(pressed("5", 5.5), pressed("1", 8.0), gone=12.0)
    assert verdict is None
    assert _noted(call) == [
        ("keyed", "satisfaction", "5"),
        ("keyed", "solved", "1"),
        ("reached", "completed"),
    ]
    assert call.prompts() == [
        "survey_opening",
        "survey_satisfaction",
        "survey_solved",
        "survey_thanks",
    ]


async def test_who_stays_on_is_asked_to_hang_up_before_we_do() -> None:
    call, verdict = await _called(pressed("5", 5.5), pressed("1", 8.0))
    assert verdict == HangUp(LineOutcome.STAYED_ON, ZH)  # SIL-6
    assert call.prompts()[-2:] == ["survey_thanks", "sil5_second"]
    thanked, asked = [at for at, prompt in call.said if prompt in {"survey_thanks", "sil5_second"}]
    assert asked - thanked >= 5.0
    assert call.now - asked >= 5.0


@pytest.mark.parametrize("about", ["education", "age", "spending"])
async def test_who_would_rather_not_tell_presses_nought_and_that_is_an_answer(
    about: str,
) -> None:  # CBK-4
    own = next(one for one in SHIPPED if one.name == about)
    call, _ = await _called(pressed("0", 5.5), asked=_asks(own), gone=12.0)
    assert _noted(call) == [("keyed", about, "0"), ("reached", "completed")]
    assert call.prompts().count(f"survey_{about}") == 1, "asked again"


async def test_a_wrong_key_has_the_question_asked_once_more() -> None:
    call, _ = await _called(pressed("9", 4.0), pressed("5", 8.5), pressed("1", 11.0), gone=15.0)
    assert call.prompts().count("survey_satisfaction") == 2
    assert call.prompts().count("survey_again") == 1
    assert ("keyed", "satisfaction", "5") in _noted(call)
    assert not [one for one in _noted(call) if "9" in one]


async def test_a_question_without_an_answer_is_passed_over_when_others_are_answered() -> None:
    call, _ = await _called(pressed("5", 5.0), gone=60.0)
    assert _noted(call) == [("keyed", "satisfaction", "5"), ("reached", "completed")]
    assert call.prompts().count("survey_solved") == 2


async def test_a_line_on_which_nobody_ever_presses_a_key_is_silent() -> None:
    call, verdict = await _called(sounds=[])
    assert _noted(call) == [("reached", "silent")]
    assert verdict == HangUp(LineOutcome.SILENT, ZH)
    assert call.said[0][0] <= 1.7, "nobody shall hear nothing"  # QA-3
    assert call.prompts()[-1] == "survey_sorry"


async def test_who_talks_to_us_without_a_key_is_a_person_and_not_called_again() -> None:
    talks: list[Sound] = [*HELLO, VoiceBegan(6.0), VoiceEnded(8.0)]
    call, _ = await _called(sounds=talks)
    assert _noted(call) == [("reached", "broken_off")]


async def test_nothing_is_said_to_a_voicemail() -> None:
    call, verdict = await _called(sounds=[VoiceBegan(0.5)])
    assert _noted(call) == [("reached", "voicemail")]
    assert call.prompts() == []
    assert verdict == HangUp(LineOutcome.ALIVE, ZH)


async def test_a_voicemail_that_beeps_later_is_left_then() -> None:
    call, _ = await _called(sounds=[*HELLO, Tone(4.5, 1000)])
    assert _noted(call) == [("reached", "voicemail")]
    assert call.prompts() == ["survey_opening", "survey_satisfaction"]


async def test_a_fax_is_left_at_once() -> None:
    call, _ = await _called(sounds=[Tone(0.8, 2100)])
    assert _noted(call) == [("reached", "fax")]
    assert call.now < 1.2


async def test_who_pressed_a_key_is_a_person_whatever_else_is_heard() -> None:
    call, _ = await _called(
        pressed("5", 4.0), pressed("1", 7.0), sounds=[*HELLO, VoiceBegan(3.5), Tone(6.5, 1000)]
    )
    assert ("reached", "completed") in _noted(call)


async def test_answers_are_kept_of_who_hangs_up_in_the_middle() -> None:
    call, verdict = await _called(pressed("5", 5.5), gone=7.0)
    assert verdict is None
    assert _noted(call) == [("keyed", "satisfaction", "5")]


async def test_who_may_not_be_called_again_has_declined() -> None:
    again = next(one for one in SHIPPED if one.name == CALL_AGAIN)
    call, _ = await _called(pressed("2", 5.0), asked=_asks(again))
    assert _noted(call) == [("keyed", CALL_AGAIN, "2"), ("reached", "declined")]


async def test_a_notice_is_told_and_a_key_says_that_it_was_heard() -> None:
    call, _ = await _called(pressed("1", 7.5), asked=_asks(*NOTICES, kind=Kind.NOTICE))
    assert call.prompts()[:3] == ["notice_opening", "notice_maintenance", "notice_press"]
    assert _noted(call) == [("keyed", "heard", "1"), ("reached", "completed")]


async def test_words_of_a_campaign_of_its_own_are_asked() -> None:
    own = Question(name="tea", keys="12", zh="您喝茶吗?")
    call, _ = await _called(pressed("1", 5.5), asked=_asks(own))
    assert call.prompts()[1].startswith("own_")
    assert _noted(call)[0] == ("keyed", "tea", "1")


def test_what_the_dispatcher_wrote_is_what_is_asked() -> None:
    script = {"kind": "visit", "questions": [{"name": "a", "keys": "12", "prompt": "p"}]}
    assert asked_in(script, ZH) == Asked(
        Kind.VISIT, (Question(name="a", keys="12", prompt="p"),), ZH
    )
    with pytest.raises((KeyError, TypeError, ValueError)):
        asked_in({"kind": "visit"}, ZH)
