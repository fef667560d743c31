"""Guests' wake-ups as a purpose of the dispatcher (WAK-2). Attendants: `features/attendants`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Lifted, Over, Planned, Statement
from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import (
    Accepted,
    Alarm,
    AttemptOver,
    Command,
    Due,
    Engaged,
    Event,
    HangUp,
    Proved,
    Ring,
    Snoozed,
    WakeState,
    WakeUp,
    WakeUpRules,
    decide,
)
from features.wake_ups.queries import WakeUpView
from features.wake_ups.unfolding import unfold

_EVENTS: Final[Mapping[CallSignal, Event]] = {
    CallSignal.SNOOZED: Snoozed(),
    CallSignal.ACCEPTED: Accepted(),
    CallSignal.REPORTED: Proved("attendant"),
}


@dataclass(frozen=True)
class WakeUpCalls:
    """Guests who asked to be woken."""

    rules: WakeUpRules
    lines: int
    name: str = wake_ups.PURPOSE

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"guest": "wake-guest"}

    @property
    def ring_for(self) -> float:
        return self.rules.ring_for

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        return await wake_ups.next_due(connection, wake_ups.OF_GUESTS)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        planned: list[Planned] = []
        after: dict[int, WakeUp] = {}
        follow: dict[int, tuple[Command, ...]] = {}
        due = await wake_ups.claim(connection, wake_ups.OF_GUESTS, until=until, limit=limit)
        engaged = await wake_ups.ringing(connection, {one.wake_up.number for one in due})
        for shown in due:
            at = max(now, shown.wake_up.next_at or now)
            waits = shown.wake_up.state is WakeState.WAITING
            event = Engaged() if waits and shown.wake_up.number in engaged else Due()
            after[shown.id], commands = decide(shown.wake_up, event, at, self.rules)
            follow[shown.id] = commands
            rings = [one for one in commands if isinstance(one, Ring)]
            planned += [_planned(shown, after[shown.id], one, at) for one in rings]
            engaged |= {one.number for one in rings}
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
        await unfold(connection, now=now)


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
    return Planned(
        subject_id=shown.id,
        seq=after.tries,
        who="guest",
        number=ring.number,
        at=at,
        told={
            "WAKE_DUE": str(int(shown.wake_up.due.timestamp())),
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
