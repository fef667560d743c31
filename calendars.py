"""Public holidays, with the hotline's own changes."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import holidays

from callflow.rules.hours import Calendar

ANNOUNCED_FROM: Final = 11
"""The month from which on people plan for the next year."""


def calendar(country: str, changes: str) -> Calendar:
    """Return the calendar of a country (like CN), with local `changes`.

    `changes` is the setting `holidays`: dates with comma between them, `-` before one that is a
    working day here. A country of which no holidays are known has those of `changes` only.
    """
    known = holidays.country_holidays(country) if has_known(country) else holidays.HolidayBase()
    added = set(_dates(changes, "+"))
    removed = set(_dates(changes, "-"))

    def is_holiday(day: date) -> bool:
        return day in added or (day in known and day not in removed)

    def is_made_up(day: date) -> bool:
        # asking for the day makes the library fill in its year
        return day in removed or (day not in known and day in known.weekend_workdays)

    return Calendar(is_holiday, is_made_up)


def unknown_exchange(country: str, changes: str, year: int) -> bool:
    """Tell whether a country exchanges working days, and those of a year are not known yet.

    They are announced some weeks before the year begins. One that `changes` names is known.
    """
    if not has_known(country):
        return False
    known = holidays.country_holidays(country, years=range(year - 3, year + 1))
    years = {day.year for day in known.weekend_workdays}
    usual = any(each in years for each in range(year - 3, year))
    named = any(day.year == year for day in _dates(changes, "-"))
    return usual and year not in years and not named


def unknown_soon(country: str, changes: str, today: date) -> int | None:
    """Return the year whose exchanged working days should be known by now and are not."""
    years = (today.year, today.year + 1) if today.month >= ANNOUNCED_FROM else (today.year,)
    return next((year for year in years if unknown_exchange(country, changes, year)), None)


def has_known(country: str) -> bool:
    """Tell whether the public holidays of a country are known."""
    return country in holidays.list_supported_countries()


def _dates(changes: str, sign: str) -> Iterable[date]:
    for change in filter(None, changes.split(",")):
        marked = change if change[0] in "+-" else f"+{change}"
        if marked[0] == sign:
            yield date.fromisoformat(marked[1:])
