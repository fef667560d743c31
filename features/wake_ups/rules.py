"""A registration of a wake-up, and the one way to make one (WAK-1).

Page, API, file and the guest's own telephone all ask `registration`: what may be registered is
decided here, once. Does no I/O; what the house knows (which numbers can be rung, what time it is)
is an argument.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from callflow.call import Language
from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from phone_numbers.plan import NumberPlan

Key = tuple[str, str, str, Repeat, date | None]

DIALLED = re.compile(r"[0-9*#]{2,20}")
"""What can be dialled for a room."""


class Wrong(StrEnum):
    """Why somebody cannot be put on the register."""

    NUMBER = "number"  # the room has no number to dial, or what was given is none
    UNREACHABLE = "unreachable"  # no line leads there: nobody must rely on it
    FORBIDDEN = "forbidden"  # the guard against toll fraud never lets it ring
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

    def rings_at(self, at: datetime) -> bool:
        """Tell whether it wakes somebody at a moment (aware)."""
        day = at.astimezone(ZoneInfo(self.zone)).date()
        # where the wall's clock leaps, the moment may be of the day before
        near = (day - wall_clock.A_DAY, day, day + wall_clock.A_DAY)
        return any(self._is_for(each) and self._moment(each) == at for each in near)

    def moments(self, *, after: datetime) -> Iterable[datetime]:
        """Give the moments that are still to come, in order; without a last day they do not end."""
        begin = next_day(self, after=after)
        if begin is not None:
            for day in wall_clock.days(begin, self.last_day, self.repeat):
                yield self._moment(day)

    def _is_for(self, day: date) -> bool:
        if self.repeat is Repeat.ONCE:
            return day == self.first_day
        is_within = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return is_within and (self.repeat is not Repeat.WEEKDAYS or day.isoweekday() <= 5)

    def _moment(self, day: date) -> datetime:
        return wall_clock.moment(day, self.wall, ZoneInfo(self.zone)).at

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
    plan: NumberPlan = field(default_factory=NumberPlan)
    """By which a number in a list is read."""
    may_ever_ring: Callable[[str], bool] = lambda _number: True
    """Whether the guard against toll fraud lets a number ring at any hour."""
    number_of: Callable[[str], str] = lambda room: number_of(room)  # noqa: PLW0108 (defined below)
    """What is dialled for a room, empty: nobody knows. The table of rooms goes first."""
    canonical: Callable[[str], str] = lambda number: number
    """One spelling for all of one number: two that ring one telephone are one."""


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

    Without a number that of the table of rooms is dialled, or the room itself if it is one. Raises
    WrongRegistrationError.
    """
    room = room.upper()
    made = Registration(
        room=room,
        number=house.canonical(number or house.number_of(room)),
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
    elif not house.may_ever_ring(number):
        found.append(Wrong.FORBIDDEN)
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
    """Return what is dialled for a room where nothing else is said: itself, if it is all digits.

    A101 and B101 are not 101, and 12-05 is not 1205: for such a room the table of rooms says it.
    """
    return room if room.isascii() and room.isdecimal() else ""


LOOKED_AHEAD = 400
"""Moments of a registration that are compared with what is on the register: more than a year."""


def known(
    wanted: Registration, others: Iterable[Registration], *, after: datetime
) -> Registration | None:
    """Return what rings the same telephone whenever a new line would; None: nothing does.

    So it would only add a second call in the same minute.
    """
    same = [each for each in others if each.number == wanted.number]
    moments = islice(wanted.moments(after=after), LOOKED_AHEAD) if same else ()
    first = None
    for at in moments:
        ringing = next((each for each in same if each.rings_at(at)), None)
        if ringing is None:
            return None
        first = first or ringing
    return first
