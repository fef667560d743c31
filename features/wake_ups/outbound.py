"""Wake-ups as a purpose of the dispatcher (WAK-2, WAK-3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Lifted, Over, Planned, Statement
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.lifecycle import (
    Accepted,
    Alarm,
    AttemptOver,
    Command,
    Due,
    Event,
    HangUp,
    Proved,
    Ring,
    Snoozed,
    WakeUp,
    WakeUpRules,
    decide,
)
from features.wake_ups.queries import WakeUpView

_EVENTS: Final[Mapping[CallSignal, Event]] = {
    CallSignal.SNOOZED: Snoozed(),
    CallSignal.ACCEPTED: Accepted(),
    CallSignal.REPORTED: Proved("attendant"),
}


@dataclass(frozen=True)
class WakeUpCalls:
    """Guests who asked to be woken, and the attendants who knock."""

    rules: WakeUpRules
    lines: int
    name: str = wake_ups.PURPOSE

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"guest": "wake-guest", "attendant": "wake-attendant"}

    @property
    def ring_for(self) -> float:
        return self.rules.ring_for

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        return await wake_ups.next_due(connection)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        planned: list[Planned] = []
        after: dict[int, WakeUp] = {}
        follow: dict[int, tuple[Command, ...]] = {}
        for shown in await wake_ups.claim(connection, until=until, limit=limit):
            at = max(now, shown.wake_up.next_at or now)
            after[shown.id], commands = decide(shown.wake_up, Due(), at, self.rules)
            follow[shown.id] = commands
            planned += [
                _planned(shown, after[shown.id], one, at)
                for one in commands
                if isinstance(one, Ring)
            ]
        await wake_ups.keep(connection, after)
        return planned, _follow(follow)

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        events = [(one, _event(one)) for one in heard]
        told = [(one, event) for one, event in events if event is not None]
        if not told:
            return NOTHING
        wanted = {one.attempt.subject_id for one, _ in told}
        known = await wake_ups.of_ids(connection, wanted)
        follow: dict[int, tuple[Command, ...]] = {}
        for one, event in told:
            key = one.attempt.subject_id
            if key in known:
                known[key], commands = decide(known[key], event, one.at, self.rules)
                follow[key] = (*follow.get(key, ()), *commands)
        await wake_ups.keep(connection, known)
        return _follow(follow)

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        return await wake_ups.settled_elsewhere(connection, subjects)

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        await wake_register.unfold(connection, now=now)


def _event(heard: AttemptFact) -> Event | None:
    match heard.what:
        case Lifted():
            return None  # a lifted receiver proves nothing
        case Over(rang=rang):
            return AttemptOver(rang=rang)
        case Statement(what=CallSignal.AWAKE, data=data):
            return Proved(data.get("by", "key"))
        case Statement(what=what):
            return _EVENTS.get(CallSignal(what))


def _planned(shown: WakeUpView, after: WakeUp, ring: Ring, at: datetime) -> Planned:
    room = "".join(letter for letter in shown.room if letter.isascii() and letter.isalnum())
    return Planned(
        subject_id=shown.id,
        seq=after.tries + after.attended,
        who=ring.who.value,
        number=ring.number,
        at=at,
        told={
            "WAKE_DUE": str(int(shown.wake_up.due.timestamp())),
            "WAKE_ROOM": room,
            "WAKE_LANGUAGE": shown.language,
            "WAKE_NUMBER": ring.number,
        },
    )


def _follow(commands: Mapping[int, Sequence[Command]]) -> Follow:
    def those(kind: type[Command]) -> frozenset[int]:
        return frozenset(
            key for key, each in commands.items() if any(isinstance(one, kind) for one in each)
        )

    return Follow(hang_up=those(HangUp), alarm=those(Alarm))
