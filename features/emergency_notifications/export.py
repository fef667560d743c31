"""Owns the three lists of a notification as a table for spreadsheets (CBK-5). Does no I/O.

A cell that a spreadsheet would take for a formula begins with an apostrophe: names and areas come
from lists that strangers may have written.
"""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Final

from callflow.text import clean
from features.emergency_notifications.households import HouseholdView as Household
from web.shown import Formats

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets read Chinese as something else."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = ("name", "area", "numbers", "state", "told_at", "told_on", "why", "tries", "by")

Say = Callable[[str], str]


def table(rows: Iterable[Household], say: Say, show: Formats) -> str:
    """Return the table; `say` gives the words of the pages by key."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow([cell(say(f"emergency.column_{name}")) for name in COLUMNS])
    for row in rows:
        writer.writerow([cell(text) for text in _texts(row, say, show)])
    return out.getvalue()


def cell(text: str) -> str:
    """Return a text that no spreadsheet reckons with."""
    plain = clean(text, 500)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


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
        *("congestion", "no_line", "failed", "switch_died", "stopped"),
    }
)


def why(reason: str) -> str:
    """Return the key of the words for why somebody was not told."""
    return f"emergency.why_{reason if reason in REASONS else 'failed'}"
