"""Exports the three lists of a notification as a table (CBK-5). Does no I/O.

Names and areas come from lists that strangers may have written: `imports/writing.py` sees to it
that none is a formula.
"""

from collections.abc import Callable, Iterable
from typing import Final

from callflow.text import clean
from features.emergency_notifications.households import HouseholdView as Household
from imports.writing import csv_file
from web.formats import Formats

LONGEST_CELL: Final = 500
COLUMNS: Final = ("name", "area", "numbers", "state", "told_at", "told_on", "why", "tries", "by")

Say = Callable[[str], str]


def table(rows: Iterable[Household], say: Say, show: Formats) -> bytes:
    """Return the table as a file; `say` gives the words of the pages by key."""
    header = [say(f"emergency.column_{name}") for name in COLUMNS]
    texts = ([clean(each, LONGEST_CELL) for each in _texts(row, say, show)] for row in rows)
    return csv_file([header, *texts])


def _texts(row: Household, say: Say, show: Formats) -> Iterable[str]:
    household = row.household
    yield show.name(row.name)
    yield show.text(row.area)
    yield ";".join(show.number(number) for number in household.numbers)
    yield say(f"emergency.state_{household.state.value}")
    yield show.moment(household.told_at) if household.told_at else ""
    yield show.number(household.told_on) if household.told_on else ""
    yield say(why(household.reason)) if household.reason else ""
    yield str(household.tries)
    yield row.door_by


REASONS: Final = frozenset(
    {
        *("answered", "no_answer", "busy", "refused", "unreachable", "unknown_number"),
        *("congestion", "diverted", "no_line", "failed", "switch_died", "stopped"),
    }
)


def why(reason: str) -> str:
    """Return the key of the words for why somebody was not told."""
    return f"emergency.why_{reason if reason in REASONS else 'failed'}"
