"""A sentence that is put together of many prompts is told as one (WAK-2)."""

from callflow.call import Language
from callflow.events import JournalEvent
from features.call_timeline.layout import steps
from features.call_timeline.timeline import told, whole
from permissions.roles import Role
from settings import Settings
from web.formats import Formats

CALL = "0f0e0d0c-0b0a-4908-8706-050403020100"
MORNING = ("wake_good_morning", "wake_the_time_is", "wake_in_the_morning", "number_7")


def _event(at: float, name: str, source: str = "dialogue", /, **data: str) -> JournalEvent:
    return JournalEvent(
        at=at,
        source=source,
        file="f",
        offset=int(at),
        name=name,
        about=CALL,
        uniqueid=CALL,
        channel="",
        data=data,
    )


def _said(*names: str, language: str = "zh", begin: float = 1.0) -> list[JournalEvent]:
    return [
        _event(begin + number, "prompt", name=name, language=language)
        for number, name in enumerate(names)
    ]


def _steps(events: list[JournalEvent], language: Language) -> list[str]:
    show = Formats(Settings().zone, Role.TEAM_LEADER)
    return [step.text for step in steps(events, [], language, show)]


def test_the_parts_of_a_time_are_one_step_at_the_moment_of_the_first() -> None:
    events = _said(*MORNING, "wake_o_clock", "wake_press")
    [one] = whole(events)
    assert one.at == 1.0
    assert _steps(events, Language.CHINESE) == [
        "播放 早晨好，现在的时间是早上七点钟。起床请按一，稍后再叫请按二"
    ]


def test_another_language_another_sentence() -> None:
    english = _said("wake_good_morning", "wake_press", language="en", begin=20.0)
    told_in_english = _steps([*_said(*MORNING), *english], Language.ENGLISH)
    assert len(told_in_english) == 2
    assert told_in_english[1].startswith("says Good morning. When you are awake, press one.")


def test_what_happens_in_between_parts_a_sentence_and_whole_sentences_stay_alone() -> None:
    events = [
        *_said("wake_menu_set"),
        _event(5.0, "heard", kind="key"),
        *_said("wake_menu_done", begin=6.0),
        *_said("greeting", "menu", begin=9.0),
    ]
    assert [event.data.get("name", "") for event in whole(events)] == [
        "wake_menu_set",
        "",
        "wake_menu_done",
        "greeting",
        "menu",
    ]


def test_a_call_that_we_made_is_told_so() -> None:
    [said] = told([_event(0.0, "TR_CALL", "cel", num="8001", direction="out")], Language.CHINESE)
    assert said.text == "我们拨打 8001"


def test_a_voice_that_was_found_before_the_hang_up_is_told_in_both_languages() -> None:
    found = [_event(1.0, "second_opinion", found="voice")]  # SIL-1
    assert _steps(found, Language.CHINESE) == ["挂机前复听,听到来电者的声音"]
    assert _steps(found, Language.ENGLISH) == [
        "heard once more before we hang up: there was a voice"
    ]
