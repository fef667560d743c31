"""Which attendant is called now, and for which rooms (WAK-3). Does no I/O.

An attendant is in one call of ours at a time, and is told in it of all rooms that need somebody.
Rooms that come up meanwhile wait for the next attendant who is free: a line that is busy with our
own call is no try. Who was called in vain (busy, no answer, nothing pressed) is left alone for a
while, and the next one is called at once; so nobody is passed over twice within seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_ROOMS: Final = 20
"""Rooms of one call: two minutes of listening. The others are for the next attendant."""
MOST_LETTERS: Final = 240
"""Of their names together: they are told to the dialplan in one line."""


class Said(StrEnum):
    """What an attendant has said of a room."""

    NOTHING = ""
    ACCEPTED = "accepted"
    """Goes there now."""
    REPORTED = "reported"
    """The guest is awake."""


@dataclass(frozen=True, slots=True)
class Room:
    """One room that needs somebody to knock."""

    wake_up_id: int
    name: str
    asked: int
    """How often attendants were called for it."""


@dataclass(frozen=True, slots=True)
class Attendant:
    """One attendant's telephone, as we have used it."""

    number: str
    in_call: bool = False
    """In a call of ours, or rung for one."""
    in_vain_at: datetime | None = None
    """When the last call ended, if it left a room without an answer."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Call an attendant for rooms."""

    number: str
    rooms: Sequence[Room]


def rings(
    rooms: Sequence[Room], attendants: Sequence[Attendant], now: datetime, *, left_alone: float
) -> list[Ring]:
    """Return whom to call now; rooms that are in none of the calls wait.

    The attendants are in the house's order, the longest waiting room comes first. Who was called in
    vain is not called within `left_alone` seconds.
    """
    free = [each for each in attendants if _is_free(each, now, left_alone)]
    waiting = list(rooms)
    found = []
    while free and waiting:
        turn = waiting[0].asked % len(attendants)
        order = [*attendants[turn:], *attendants[:turn]]
        chosen = next(each for each in order if each in free)
        free.remove(chosen)
        told = _told(waiting)
        found.append(Ring(chosen.number, told))
        waiting = waiting[len(told) :]
    return found


def _told(waiting: Sequence[Room]) -> Sequence[Room]:
    """Return the rooms that one call tells of: the first one, and others while there is place."""
    letters = 0
    for count, room in enumerate(waiting):
        letters += len(room.name) + 1
        if count and (count == MOST_ROOMS or letters > MOST_LETTERS):
            return waiting[:count]
    return waiting


def looks_again_at(
    attendants: Sequence[Attendant], now: datetime, *, left_alone: float
) -> datetime | None:
    """Return when the next attendant may be called again; None: only when a call has ended."""
    moments = [
        each.in_vain_at + timedelta(seconds=left_alone)
        for each in attendants
        if each.in_vain_at and not each.in_call
    ]
    return min((at for at in moments if at > now), default=None)


def _is_free(one: Attendant, now: datetime, left_alone: float) -> bool:
    if one.in_call:
        return False
    return one.in_vain_at is None or now - one.in_vain_at >= timedelta(seconds=left_alone)
