"""Reads times and days as people and spreadsheets write them in a list (WAK-1). Does no I/O.

A guest is woken at what is written, or the row is refused: what can be meant in two ways is not
guessed. `0.25` is how a spreadsheet keeps six o'clock, never 25 minutes past midnight.
"""

import re
from datetime import date, time
from fractions import Fraction
from typing import Final

from phone_numbers.digits import digits_of

_TIME: Final = re.compile(r"([0-9]{1,2})[:.]?([0-9]{2})(?::00)?")
_IN_WORDS: Final = re.compile(r"([0-9]{1,2})[点點时時](?:([0-9]{1,2})分?|(半|整|正))?")
_FRACTION: Final = re.compile(r"0?\.([0-9]+)")
_EXACT: Final = frozenset({"25", "5", "75"})
"""Fractions of a day that are so short and mean a whole hour; `0.30` may be half past midnight."""
_MORNING: Final = ("上午", "早上", "清晨", "凌晨", "am", "a.m.")
_AFTERNOON: Final = ("下午", "晚上", "pm", "p.m.")
_A_DAY: Final = 24 * 60

_DAY: Final = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})([日号號]?)")
_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2,4})")
_MIDNIGHT: Final = re.compile(r"0{1,2}:00(?::00)?(?:\.0+)?|(?:周|星期|礼拜|週)[一二三四五六日天]")


def time_of(typed: str) -> time | None:
    """Return the time that was typed, None when it is none or may be another."""
    text = digits_of(typed).strip().casefold()
    for words, later in ((_MORNING, 0), (_AFTERNOON, 12)):
        for word in words:
            if text.startswith(word) or text.endswith(word):
                return _half_day(text.removeprefix(word).removesuffix(word).strip(), later)
    if found := _FRACTION.fullmatch(text):
        return _fraction(found[1])
    return _clock(text)


def _clock(text: str) -> time | None:
    if found := _IN_WORDS.fullmatch(text):
        minute = 30 if found[3] == "半" else int(found[2] or 0)
        return _at(int(found[1]), minute)
    found = _TIME.fullmatch(text)
    return _at(int(found[1]), int(found[2])) if found else None


def _at(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _half_day(text: str, later: int) -> time | None:
    at = _clock(text)
    if at is None or (later and not at.hour):
        return at if at is None else None
    if at.hour > 12:
        return at if later else None  # 下午 15:00 says it twice, 上午 15:00 is wrong
    return at.replace(hour=at.hour % 12 + later)


def _fraction(digits: str) -> time | None:
    """Return the time of a part of a day, when it is a whole minute and cannot be a clock's."""
    if len(digits) < 3 and digits.rstrip("0") not in _EXACT:
        return None
    part = Fraction(int(digits), 10 ** len(digits)) * _A_DAY
    minutes = round(part)
    if abs(part - minutes) > Fraction(1, 100) or minutes >= _A_DAY:
        return None
    return time(minutes // 60, minutes % 60)


def day_of(typed: str) -> date | None:
    """Return the day that was typed, None when it is none or may be another."""
    text = digits_of(typed).strip()
    first, _, rest = text.replace("T", " ").partition(" ")
    if rest and not _MIDNIGHT.fullmatch(rest.strip()):
        return None
    if found := _DAY.fullmatch(first):
        is_chinese = found[2] == "年"
        if (found[4] == "月") != is_chinese or (not is_chinese and found[2] != found[4]):
            return None
        return _date(int(found[1]), int(found[3]), int(found[5]))
    found = _DIGITS.fullmatch(first)
    return _together(int(found[1]), found[2]) if found else None


def _together(year: int, rest: str) -> date | None:
    """Return the only day that a year and digits without a mark can be: 2027111 may be two."""
    days = {
        day
        for cut in range(1, len(rest))
        if cut < 3
        and len(rest) - cut < 3
        and (day := _date(year, int(rest[:cut]), int(rest[cut:])))
    }
    return days.pop() if len(days) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
