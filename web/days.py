"""Reads a typed day: 2026-11-30, 30.11., 11月30日, 明天, tomorrow. Does no I/O.

`web/static/page/days.js` reads the same while somebody types; `tests/unit/days.json` holds both to
it. A day without its year is the nearest one; where only the past is asked for, the last one.
"""

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

LONGEST: Final = 20
"""Characters of the longest day that can be typed."""
_WORDS: Final = {
    "前天": -2,
    "昨天": -1,
    "今天": 0,
    "明天": 1,
    "后天": 2,
    "yesterday": -1,
    "today": 0,
    "tomorrow": 1,
}
_FORMS: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.?",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})",
        r"(?P<month>\d{1,2})(?:-|月)(?P<day>\d{1,2})[日号]?",
    )
)
_YEARS: Final = range(1900, 2200)
_CENTURY: Final = 2000


def day_of(typed: str, today: date, *, past: bool = False) -> date | None:
    """Return the day that somebody typed, None when it is none."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[: LONGEST * 2])).casefold()
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    month, day, year = int(parts["month"]), int(parts["day"]), parts.get("year")
    if year:
        return _date(int(year) + (_CENTURY if len(year) == 2 else 0), month, day)
    return _nearest(month, day, today, past=past)


def _nearest(month: int, day: int, today: date, *, past: bool) -> date | None:
    around = (_date(today.year + years, month, day) for years in (1, 0, -1))
    days = [one for one in around if one is not None and not (past and one > today)]
    return min(days, key=lambda one: abs(one - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None
