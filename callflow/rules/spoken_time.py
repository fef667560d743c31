"""A time as spoken prompts, one after the other. Does no I/O.

WAK-2 “早晨好,现在的时间是早上×点钟”, WAK-4 “您已晚起了××分钟”.
"""

from datetime import datetime

from callflow.call import Language


def good_morning(now: datetime) -> str:
    """Return the prompt that greets whoever is woken at this moment of the wall's clock."""
    if 4 <= now.hour < 12:
        return "wake_good_morning"
    if 12 <= now.hour < 18:
        return "wake_good_afternoon"
    # as in `hours.greeting`: nobody says “good evening” at two in the morning
    return "wake_good_evening" if 18 <= now.hour < 23 else "wake_hello"


def both(first: Language) -> tuple[Language, Language]:
    """Return the two languages that guests are spoken to in, in the order of a guest's wish."""
    other = Language.ENGLISH if first is Language.CHINESE else Language.CHINESE
    return first, other


def spoken_time(now: datetime, language: Language) -> tuple[str, ...]:
    """Return the prompts of “the time is …”, to the minute."""
    return ("wake_the_time_is", *time_of_day(now, language))


def time_of_day(now: datetime, language: Language) -> tuple[str, ...]:
    """Return the prompts of a time alone, to the minute: 早上 七 点钟; seven o'clock a.m."""
    if language is Language.CHINESE:
        minutes = ("wake_o_clock",) if now.minute == 0 else _chinese_minutes(now.minute)
        hour = ("wake_two",) if _twelve(now.hour) == 2 else number(_twelve(now.hour))
        return (_part_of_day(now.hour), *hour, *minutes)
    half = "wake_am" if now.hour < 12 else "wake_pm"
    minutes = ("wake_o_clock",) if now.minute == 0 else _english_minutes(now.minute)
    return (*number(_twelve(now.hour)), *minutes, half)


def late(minutes: int) -> tuple[str, ...]:
    """Return the prompts of “you are … minutes late” (WAK-4), at most 99; none within a minute."""
    if minutes < 1:
        return ()
    return ("wake_late_by", *number(min(minutes, 99)), "wake_minutes_late")


def number(value: int) -> tuple[str, ...]:
    """Return the prompts of a number from 0 to 99; above twenty in two words, as both languages do.

    In Chinese 二十 五, in English twenty five.
    """
    if value <= 20:
        return (f"number_{value}",)
    tens, ones = divmod(value, 10)
    return (f"number_{tens * 10}", *((f"number_{ones}",) if ones else ()))


def _twelve(hour: int) -> int:
    return hour % 12 or 12


def _part_of_day(hour: int) -> str:
    if hour < 5:
        return "wake_before_dawn"  # 凌晨
    if hour < 11:
        return "wake_in_the_morning"  # 早上
    if hour < 13:
        return "wake_at_noon"  # 中午
    return "wake_in_the_afternoon" if hour < 18 else "wake_in_the_evening"


def _chinese_minutes(minute: int) -> tuple[str, ...]:
    nought = ("number_0",) if minute < 10 else ()
    return ("wake_hour_word", *nought, *number(minute), "wake_minute_word")


def _english_minutes(minute: int) -> tuple[str, ...]:
    nought = ("wake_oh",) if minute < 10 else ()
    return (*nought, *number(minute))
