"""What a line of the table of rooms may say: a room and the number of its telephone (WAK-1).

Page, API, file and command line all ask `entry`. A101, B101 and W-101 are three rooms, 12-05 is not
1205, and rooms 110 or 119 have telephones like others: what is dialled stands in the table. Does no
I/O; which numbers can be rung is an argument.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_ROOM: Final = 20
_ROOM: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,18}[0-9A-Z])?")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\uff0d_]")
_AS_FIGURE: Final = re.compile(r"([0-9]+)\.0+")
_DIALLED: Final = re.compile(r"[0-9*#]{2,20}")


class Wrong(StrEnum):
    """What is wrong with a line."""

    ROOM = "room"  # no room: digits, Latin letters and dashes
    NUMBER = "number"  # nothing that can be dialled
    EMERGENCY = "emergency"  # no machine may ring it
    UNREACHABLE = "unreachable"  # no line leads there
    FORBIDDEN = "forbidden"  # the guard against toll fraud never lets it ring
    TWICE = "twice"  # the room stands in this file before
    UNREADABLE = "unreadable"  # a quotation mark that is badly closed
    TAKEN = "taken"  # the number is another room's: it could not be told which of them calls


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a room, and what is dialled for it."""

    room: str
    number: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Which numbers a house can ring."""

    reachable: Callable[[str], bool] = lambda _number: True
    is_emergency: Callable[[str], bool] = lambda _number: False
    may_ever_ring: Callable[[str], bool] = lambda _number: True
    canonical: Callable[[str], str] = lambda number: number


class WrongEntryError(Exception):
    """A line that cannot be taken; `why` has every reason, the first one first."""

    def __init__(self, *why: Wrong) -> None:
        super().__init__(", ".join(why))
        self.why: Sequence[Wrong] = why


def room_name(typed: str) -> str:
    """Return a room as it is known, however it was typed: full-width, small letters, other dashes.

    Nothing of it is left out. Empty: it is no room.
    """
    wide = unicodedata.normalize("NFKC", typed[: LONGEST_ROOM * 4])
    plain = "".join(str(unicodedata.decimal(one, one)) for one in wide)
    name = _DASHES.sub("-", plain).strip().upper()
    figure = _AS_FIGURE.fullmatch(name)  # a spreadsheet may have kept it as a figure
    name = figure[1] if figure else name
    return name if _ROOM.fullmatch(name) else ""


def entry(room: str, number: str, lines: Lines) -> Entry:
    """Return a line of the table. Raises WrongEntryError."""
    name, dialled = room_name(room), _dialled(number)
    why = [] if name else [Wrong.ROOM]
    if not _DIALLED.fullmatch(dialled):
        why.append(Wrong.NUMBER)
    elif lines.is_emergency(dialled):
        why.append(Wrong.EMERGENCY)
    elif not lines.reachable(dialled):
        why.append(Wrong.UNREACHABLE)
    elif not lines.may_ever_ring(dialled):
        why.append(Wrong.FORBIDDEN)
    if why:
        raise WrongEntryError(*why)
    return Entry(name, lines.canonical(dialled))


def _dialled(typed: str) -> str:
    wide = unicodedata.normalize("NFKC", typed[:80]).strip()
    figure = _AS_FIGURE.fullmatch(wide)
    return re.sub(r"[\s().-]", "", figure[1] if figure else wide)


def taken(wanted: Sequence[Entry], table: Mapping[str, str]) -> Collection[Entry]:
    """Return the new lines whose number another room has, in the table as it will be."""
    after = {**table, **{each.room: each.number for each in wanted}}
    count: dict[str, int] = {}
    for number in after.values():
        count[number] = count.get(number, 0) + 1
    return {
        each for each in wanted if count[each.number] > 1 and table.get(each.room) != each.number
    }
