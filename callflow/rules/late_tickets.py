"""Tickets that a department is told of on the telephone: read from the dialplan, and spoken.

TKT-12. Does no I/O. A ticket is written `20261130-00012_o90`: its number, then overdue (`o`) or
left (`l`), and the minutes.
"""

import re
from dataclasses import dataclass
from typing import Final

from callflow.call import Language
from callflow.rules.spoken_time import number

LONGEST_DAYS: Final = 99
_WRITTEN: Final = re.compile(r"([0-9]{1,12}(?:-[0-9]{1,12})?)_([ol])([0-9]{1,8})")
_AN_HOUR: Final = 60
_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class LateTicket:
    """One ticket, and how late it is."""

    number: str
    overdue: bool
    """False: so much time is left."""
    minutes: int


def late_tickets(text: str) -> list[LateTicket]:
    """Return the tickets that the dialplan names, dots between them. Raises ValueError."""
    found = []
    for part in filter(None, text.split(".")):
        read = _WRITTEN.fullmatch(part)
        if read is None:
            raise ValueError(f"{part[:40]!r} is no ticket")
        found.append(LateTicket(read[1], read[2] == "o", int(read[3])))
    return found


def spoken_number(ticket: LateTicket) -> tuple[str, ...]:
    """Return the prompts of a ticket's number, digit by digit."""
    return tuple("letter_dash" if one == "-" else f"number_{one}" for one in ticket.number)


def spoken_lateness(ticket: LateTicket, language: Language) -> tuple[str, ...]:
    """Return the prompts of how late a ticket is: of days no minutes are told."""
    words = "department_overdue" if ticket.overdue else "department_left"
    minutes = max(1, ticket.minutes)
    days, rest = divmod(minutes, _A_DAY)
    hours, minutes = divmod(rest, _AN_HOUR)
    parts = [(min(days, LONGEST_DAYS), "department_days"), (hours, "department_hours")]
    if not days:
        parts.append((minutes, "department_minutes"))
    said = [(*_counted(count, language), unit) for count, unit in parts if count]
    return (words, *(prompt for each in said for prompt in each))


def _counted(count: int, language: Language) -> tuple[str, ...]:
    """Return a count of something: in Chinese two of it are 两."""
    if count == 2 and language is Language.CHINESE:
        return ("wake_two",)
    return number(count)
