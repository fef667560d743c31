"""The time is said as people say it, in both languages (WAK-2, WAK-4)."""

from datetime import UTC, datetime

import pytest

from callflow.call import Language
from callflow.rules.spoken_time import good_morning, late, number, spoken_time
from sounds.texts import load

PROMPTS = load()


def _said(names: tuple[str, ...], language: Language) -> str:
    words = [PROMPTS[name].spoken(language.value, {}) for name in names]
    joined = "".join(words) if language is Language.CHINESE else " ".join(words)
    return joined.replace("，", "").replace("。", "").rstrip(",.")


@pytest.mark.parametrize(
    ("hour", "minute", "chinese", "english"),
    [
        (7, 0, "现在的时间是早上七点钟", "The time is seven o'clock a.m"),
        (2, 0, "现在的时间是凌晨两点钟", "The time is two o'clock a.m"),
        (7, 5, "现在的时间是早上七点零五分", "The time is seven oh five a.m"),
        (12, 30, "现在的时间是中午十二点三十分", "The time is twelve thirty p.m"),
        (14, 45, "现在的时间是下午两点四十五分", "The time is two forty five p.m"),
        (23, 21, "现在的时间是晚上十一点二十一分", "The time is eleven twenty one p.m"),
        (0, 20, "现在的时间是凌晨十二点二十分", "The time is twelve twenty a.m"),
    ],
)
def test_the_time(hour: int, minute: int, chinese: str, english: str) -> None:
    now = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
    assert _said(spoken_time(now, Language.CHINESE), Language.CHINESE) == chinese
    assert _said(spoken_time(now, Language.ENGLISH), Language.ENGLISH) == english


def test_every_minute_of_a_day_can_be_said() -> None:
    for minute in range(24 * 60):
        now = datetime(2026, 11, 23, minute // 60, minute % 60, tzinfo=UTC)
        for language in Language:
            assert all(name in PROMPTS for name in spoken_time(now, language))
        assert good_morning(now) in PROMPTS


@pytest.mark.parametrize(
    ("hours", "chinese"),
    [
        ((0, 1, 2, 3, 23), "您好"),
        ((4, 7, 11), "早晨好"),
        ((12, 17), "下午好"),
        ((18, 22), "晚上好"),
    ],
)
def test_nobody_says_good_evening_at_two_in_the_morning(
    hours: tuple[int, ...], chinese: str
) -> None:
    for hour in hours:
        now = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
        assert _said((good_morning(now),), Language.CHINESE) == chinese


def test_without_our_service_nobody_knows_the_hour() -> None:
    assert "好" in (words := PROMPTS["wake_fallback"].spoken("zh", {}))
    assert words.startswith("您好")


def test_how_late() -> None:  # WAK-4
    assert late(0) == ()
    assert _said(late(25), Language.CHINESE) == "先生或小姐按叫醒时间您已晚起了二十五分钟"
    assert all(name in PROMPTS for value in range(200) for name in late(value))


def test_numbers_up_to_ninety_nine() -> None:
    assert number(20) == ("number_20",)
    assert number(99) == ("number_90", "number_9")
