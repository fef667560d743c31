"""Public holidays, with the hotline's own changes."""

from collections.abc import Iterable
from datetime import date

import holidays

from callflow.rules.hours import Calendar


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


def has_known(country: str) -> bool:
    """Tell whether the public holidays of a country are known."""
    return country in holidays.list_supported_countries()


def _dates(changes: str, sign: str) -> Iterable[date]:
    for change in filter(None, changes.split(",")):
        marked = change if change[0] in "+-" else f"+{change}"
        if marked[0] == sign:
            yield date.fromisoformat(marked[1:])
