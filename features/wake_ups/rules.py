"""A registration of a wake-up, and the one way to make one (WAK-1).

Page, API, file and the guest's own telephone all ask `registration`: what may be registered is
decided here, once. Does no I/O; what the house knows (which numbers can be rung, what time it is)
is an argument.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat

Key = tuple[str, str, str, Repeat, date | None]

DIALLED = re.compile(r"[0-9*#]{2,20}")
"""What can be dialled for a room."""


class Wrong(StrEnum):
    """Why somebody cannot be put on the register."""

    NUMBER = "number"  # the room has no number to dial, or what was given is none
    UNREACHABLE = "unreachable"  # no line leads there: nobody must rely on it
    EMERGENCY = "emergency"  # no machine may ring it
    ZONE = "zone"
    LAST_DAY = "last_day"  # before the first
    PAST = "past"  # no such day and time is still to come


class WrongRegistrationError(Exception):
    """Somebody cannot be put on the register; `why` has every reason, the first one first."""

    def __init__(self, why: tuple[Wrong, ...]) -> None:
        super().__init__(", ".join(why))
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who is to be woken, and when."""

    room: str
    number: str
    """What is dialled."""
    guest: str
    language: str
    wall: time
    zone: str
    first_day: date
    last_day: date | None
    repeat: Repeat
    note: str = ""

    @property
    def key(self) -> Key:
        """Return what two have in common that would wake the same guest at the same time."""
        day = self.first_day if self.repeat is Repeat.ONCE else None
        return self.number, f"{self.wall:%H:%M}", self.zone, self.repeat, day


@dataclass(frozen=True, slots=True)
class House:
    """What a wish does not say."""

    zone: str
    language: Language
    now: datetime
    """Aware."""
    reachable: Callable[[str], bool]
    """Whether a line leads to a number."""
    is_emergency: Callable[[str], bool] = lambda _number: False
    """Whether a number could reach an emergency service."""


def registration(
    house: House,
    *,
    room: str,
    wall: time,
    first_day: date,
    number: str = "",
    guest: str = "",
    language: Language | None = None,
    zone: str = "",
    last_day: date | None = None,
    repeat: Repeat = Repeat.ONCE,
    note: str = "",
) -> Registration:
    """Return a line for the register. What is left out is the house's: zone, language.

    Without a number the room's digits are dialled. Raises WrongRegistrationError.
    """
    made = Registration(
        room=room,
        number=number or number_of(room),
        guest=guest,
        language=(language or house.language).value,
        wall=wall.replace(second=0, microsecond=0, tzinfo=None),
        zone=zone or house.zone,
        first_day=first_day,
        last_day=last_day,
        repeat=repeat,
        note=note,
    )
    why = wrong_with(
        house, number=made.number, zone=made.zone, first_day=first_day, last_day=last_day
    )
    if not why and not is_to_come(made, after=house.now):
        why = (Wrong.PAST,)
    if why:
        raise WrongRegistrationError(why)
    return made


def wrong_with(
    house: House, *, number: str, zone: str, first_day: date | None, last_day: date | None
) -> tuple[Wrong, ...]:
    """Return what is wrong with parts of a wish, as far as they are known."""
    found: list[Wrong] = []
    if not DIALLED.fullmatch(number):
        found.append(Wrong.NUMBER)
    elif house.is_emergency(number):
        found.append(Wrong.EMERGENCY)
    elif not house.reachable(number):
        found.append(Wrong.UNREACHABLE)
    if not wall_clock.is_zone(zone):
        found.append(Wrong.ZONE)
    if first_day and last_day and last_day < first_day:
        found.append(Wrong.LAST_DAY)
    return tuple(found)


def is_to_come(made: Registration, *, after: datetime) -> bool:
    """Tell whether a line of the register names a moment that is still to come."""
    return next_day(made, after=after) is not None


def next_day(made: Registration, *, after: datetime) -> date | None:
    """Return the first day of a line that is still to come, None when there is none."""
    return wall_clock.next_day(
        made.first_day, made.last_day, made.repeat, made.wall, ZoneInfo(made.zone), after=after
    )


def number_of(room: str) -> str:
    """Return what is dialled for a room where nothing else is said: its digits."""
    return "".join(letter for letter in room if letter.isascii() and letter.isdecimal())
