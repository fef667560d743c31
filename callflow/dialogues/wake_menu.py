"""WAK-1: a guest asks to be woken, from the room's own telephone. Does no I/O of its own.

    “your wake-up call is set for tomorrow, 7:30; to cancel it, press 3”   only if there is one
    “enter the time as four digits”                      0730
    “your wake-up call will be tomorrow, 7:30; to confirm, press 1”        key 1
    “your wake-up call is set”                           said once it is in the register, not before
Every sentence is said in both languages. A first key 3 cannot be an hour, so it cancels. Three
wrong answers, or a register that cannot be reached: clear words, and the switchboard.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from callflow.call import (
    Barge,
    Call,
    Connect,
    HangUp,
    Language,
    LineOutcome,
    Pressed,
    Topic,
    Verdict,
)
from callflow.rules.spoken_time import both, time_of_day
from callflow.rules.wall_clock import next_moment

TRIES = 3
FIRST_KEY_WITHIN = 6.0
"""Seconds after the question."""
NEXT_KEY_WITHIN = 4.0
"""Seconds from one digit to the next."""
CONFIRM, CANCEL = "1", "3"
DIGITS = 4


class RegisterClosed(Exception):
    """The register cannot be reached in time, or takes no more: a person must help."""


@dataclass(frozen=True, slots=True)
class RegisteredWakeUp:
    """What is on the register for this telephone and rings next."""

    registration_id: int
    at: datetime
    """Aware, in the zone of the wall that the guest looks at."""


class Register(Protocol):
    """The register of wake-ups as one telephone may use it; all raise RegisterClosed."""

    async def next(self) -> RegisteredWakeUp | None:
        """Return what rings next at this telephone."""
        ...

    async def put(self, at: datetime, wall: time) -> None:
        """Keep a wake-up for the time on the wall, at that moment; told twice it is one."""
        ...

    async def cancel(self, registered: RegisteredWakeUp) -> None:
        """Take a wake-up off."""
        ...


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room's telephone."""

    register: Register
    language: Language
    """Said first."""
    queue: str
    now: Callable[[], datetime]
    """The time now, in the zone of the wall that the guest looks at."""


async def wake_menu(call: Call, room_line: RoomLine) -> Verdict:
    """Lead a guest to a wake-up that is on the register, to one that is off it, or to a person."""
    try:
        return await _led(call, room_line)
    except RegisterClosed:
        call.note("wake_register_closed")
        await _say(call, room_line, "wake_menu_away", barge=Barge.NOTHING)
        return _switchboard(room_line)


async def _led(call: Call, room_line: RoomLine) -> Verdict:
    wrong, cancelled = 0, False
    while wrong < TRIES:
        registered = await room_line.register.next()
        keys = await _keys(call, await _ask(call, room_line, registered))
        if cancelled and not keys:
            return await _goodbye(call, room_line, "wake_thanks")
        if keys == CANCEL and registered is not None:
            await room_line.register.cancel(registered)
            call.note("wake_cancelled", at=f"{registered.at:%Y-%m-%d %H:%M}")
            await _say(call, room_line, "wake_menu_cancelled", barge=Barge.NOTHING)
            cancelled = True
            continue
        wall = typed_time(keys)
        if wall is None:
            await _say(call, room_line, "wake_menu_wrong", barge=Barge.NOTHING)
        elif await _is_registered(call, room_line, wall):
            return await _goodbye(call, room_line, "wake_menu_done")
        wrong += 1
    await _say(call, room_line, "wake_menu_agent", barge=Barge.NOTHING)
    return _switchboard(room_line)


def typed_time(keys: str) -> time | None:
    """Return the time that four keys name, `0730`; None when they name none."""
    if len(keys) != DIGITS or not (keys.isascii() and keys.isdecimal()):
        return None
    hour, minute = int(keys[:2]), int(keys[2:])
    return time(hour, minute) if hour < 24 and minute < 60 else None


async def _ask(
    call: Call, room_line: RoomLine, registered: RegisteredWakeUp | None
) -> Pressed | None:
    """Say what is set already, and ask for a time; return the first key if it came meanwhile."""
    for language in both(room_line.language):
        known = _known(registered, room_line.now(), language) if registered else ()
        key = await call.say(*known, "wake_menu_ask", language=language, barge=Barge.KEY)
        if isinstance(key, Pressed):
            return key
    return await call.await_key(FIRST_KEY_WITHIN)


async def _keys(call: Call, first: Pressed | None) -> str:
    """Return the keys from the first one on: four digits, one that ends it, or what came."""
    keys, key = "", first
    while key is not None:
        keys += key.digit
        if keys == CANCEL or not key.digit.isdecimal() or len(keys) == DIGITS:
            break
        key = await call.await_key(NEXT_KEY_WITHIN)
    return keys


async def _is_registered(call: Call, room_line: RoomLine, wall: time) -> bool:
    """Say the time back; on key 1 keep it. False: not confirmed."""
    at = next_moment(wall, after=room_line.now())
    key: object = None
    for language in both(room_line.language):
        words = ("wake_menu_set", *_when(at, room_line.now(), language), "wake_menu_confirm")
        key = await call.say(*words, language=language, barge=Barge.KEY)
        if key:
            break
    key = key or await call.await_key(FIRST_KEY_WITHIN)
    if not isinstance(key, Pressed) or key.digit != CONFIRM:
        return False
    if at <= room_line.now():
        return False  # confirmed after the minute had passed: what was said back is not to be had
    await room_line.register.put(at, wall)
    call.note("wake_registered", at=f"{at:%Y-%m-%d %H:%M}")
    return True


def _known(registered: RegisteredWakeUp, now: datetime, language: Language) -> tuple[str, ...]:
    return ("wake_menu_known", *_when(registered.at, now, language), "wake_menu_cancel")


def _when(at: datetime, now: datetime, language: Language) -> tuple[str, ...]:
    """Return the prompts of a day and a time; further days are not named one by one."""
    days = (at.date() - now.date()).days
    names = {0: "wake_menu_today", 1: "wake_menu_tomorrow"}
    return (names.get(days, "wake_menu_later_day"), *time_of_day(at, language))


async def _goodbye(call: Call, room_line: RoomLine, words: str) -> HangUp:
    await _say(call, room_line, words, barge=Barge.NOTHING)
    return HangUp(LineOutcome.ALIVE, room_line.language)


async def _say(call: Call, room_line: RoomLine, words: str, *, barge: Barge) -> None:
    for language in both(room_line.language):
        await call.say(words, language=language, barge=barge)


def _switchboard(room_line: RoomLine) -> Connect:
    return Connect(room_line.queue, Topic.AGENT, room_line.language)
