"""Calls to floor attendants as a purpose of the dispatcher (WAK-3).

One call tells of all rooms that need somebody; what is said of each is a line in a journal with the
room's position in the call.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Over, Planned, Statement
from features.attendants import queries as calls
from features.attendants.lifecycle import MOST_ROOMS, Ring, Room, Said, looks_again_at, rings
from features.attendants.queries import Told
from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import (
    Accepted,
    Alarm,
    Asked,
    AttemptOver,
    Due,
    Event,
    Proved,
    WakeUp,
    WakeUpRules,
    decide,
)
from features.wake_ups.queries import WakeUpView

_SAID: Final[Mapping[str, tuple[Said, Event]]] = {
    CallSignal.ACCEPTED: (Said.ACCEPTED, Accepted()),
    CallSignal.REPORTED: (Said.REPORTED, Proved("attendant")),
}
LOOK_AGAIN: Final = timedelta(seconds=1)
"""While nobody is free we look so often: a call that another dispatcher made may have ended."""
AHEAD: Final = timedelta(seconds=1)
"""The dispatcher claims so much ahead of a moment; nobody is free before it."""
BETWEEN: Final = "."
"""What stands between two rooms where they are told to the dialplan; no room has it."""


@dataclass
class AttendantCalls:
    """Attendants who knock at the rooms of guests that are not awake."""

    rules: WakeUpRules
    lines: int
    language: str = "zh"
    """The attendants'."""
    name: str = calls.PURPOSE
    _nobody_until: datetime | None = field(default=None)
    """Nobody is free before, unless a call ends."""

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"attendant": "wake-attendant"}

    @property
    def ring_for(self) -> float:
        return self.rules.ring_for

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        soon = await wake_ups.next_due(connection, wake_ups.OF_ATTENDANTS)
        if soon is None or self._nobody_until is None:
            return soon
        return max(soon, self._nobody_until)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        gathered = until + self.rules.gather_span
        most = MOST_ROOMS * max(1, len(self.rules.attendants))
        due = await wake_ups.claim(connection, wake_ups.OF_ATTENDANTS, until=gathered, limit=most)
        if not any(one.wake_up.next_at and one.wake_up.next_at <= until for one in due):
            return (), NOTHING
        after = {one.id: decide(one.wake_up, Due(), now, self.rules) for one in due}
        alarms = frozenset(key for key, (_, commands) in after.items() if Alarm() in commands)
        await wake_ups.keep(connection, {key: after[key][0] for key in alarms})
        waiting = [one for one in due if one.id not in alarms]
        planned = await self._planned(connection, waiting, now=now, limit=limit)
        return planned, Follow(alarm=alarms)

    async def _planned(
        self,
        connection: AsyncConnection,
        waiting: Sequence[WakeUpView],
        *,
        now: datetime,
        limit: int,
    ) -> Sequence[Planned]:
        known = await calls.attendants(connection, self.rules.attendants)
        rooms = [Room(one.id, one.room, one.wake_up.attended) for one in waiting]
        found = rings(rooms, known, now, left_alone=self.rules.again_every)[:limit]
        if not found:
            again = looks_again_at(known, now, left_alone=self.rules.again_every)
            soon = now + LOOK_AGAIN
            self._nobody_until = (min(again, soon) if again else soon) + AHEAD
            return ()
        by_id = {one.id: one.wake_up for one in waiting}
        planned = []
        for ring in found:
            key = await calls.begin(connection, ring, now)
            if key is None:  # another dispatcher was quicker
                continue
            told = {room.wake_up_id: by_id[room.wake_up_id] for room in ring.rooms}
            asked = {one: decide(each, Asked(), now, self.rules)[0] for one, each in told.items()}
            await wake_ups.keep(connection, asked)
            planned.append(self._ring(key, ring, now))
        return planned

    def _ring(self, key: int, ring: Ring, now: datetime) -> Planned:
        return Planned(
            subject_id=key,
            seq=1,
            who="attendant",
            number=ring.number,
            at=now,
            told={
                "WAKE_ROOMS": BETWEEN.join(room.name for room in ring.rooms),
                "WAKE_LANGUAGE": self.language,
                "WAKE_NUMBER": ring.number,
            },
        )

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        told = await calls.told_in(connection, {one.attempt.subject_id for one in heard})
        ids = {room.wake_up_id for rooms in told.values() for room in rooms}
        known = await wake_ups.of_ids(connection, ids)
        alarms: set[int] = set()
        for one in heard:
            call = one.attempt.subject_id
            for room, event in await self._happened(connection, one, told.get(call, [])):
                if room.wake_up_id not in known:
                    continue
                after, commands = decide(known[room.wake_up_id], event, one.at, self.rules)
                known[room.wake_up_id] = after
                if Alarm() in commands:
                    alarms.add(room.wake_up_id)
        await wake_ups.keep(connection, known)
        return Follow(alarm=frozenset(alarms))

    async def _happened(
        self, connection: AsyncConnection, heard: AttemptFact, rooms: list[Told]
    ) -> Sequence[tuple[Told, Event]]:
        """Keep what was heard in a call; return what it is for its rooms."""
        call, at = heard.attempt.subject_id, heard.at
        match heard.what:
            case Over(rang=rang):
                self._nobody_until = None
                left = [room for room in rooms if not room.said]
                await calls.end(connection, call, at, in_vain=bool(left) and rang)
                return [(room, AttemptOver(rang=rang)) for room in rooms]
            case Statement(what=what, data=data):
                named = data.get("room", "")
                position = int(named) if named.isdecimal() else 0
                place = next((i for i, each in enumerate(rooms) if each.position == position), None)
                if place is None:
                    return ()
                if what == CallSignal.ANNOUNCED:
                    await calls.announced(connection, call, position, at)
                elif what in _SAID:
                    said, event = _SAID[what]
                    await calls.said(connection, call, position, said, at)
                    rooms[place] = Told(position, rooms[place].wake_up_id, said)
                    return [(rooms[place], event)]
                return ()
            case _:
                return ()

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return the calls of whose rooms every one was settled without this telephone."""
        told = await calls.told_in(connection, subjects)
        ids = {room.wake_up_id for rooms in told.values() for room in rooms}
        settled = set(await wake_ups.settled_elsewhere(connection, ids))
        return {
            call
            for call, rooms in told.items()
            if all(room.wake_up_id in settled for room in rooms)
        }

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """End the calls that were forgotten; nobody who needs knocking is."""
        lost = await calls.forgotten(connection)
        told = await calls.told_in(connection, lost)
        ids = {room.wake_up_id for rooms in told.values() for room in rooms}
        known = await wake_ups.of_ids(connection, ids)
        over: dict[int, WakeUp] = {
            key: decide(each, AttemptOver(), now, self.rules)[0] for key, each in known.items()
        }
        await wake_ups.keep(connection, over)
        for call in lost:
            await calls.end(connection, call, now, in_vain=True)
