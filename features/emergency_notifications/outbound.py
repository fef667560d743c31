"""Emergency notifications as a purpose of the dispatcher, the most urgent of all (CBK-5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Lifted, Over, Planned, Statement
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.households import Claimed
from features.emergency_notifications.lifecycle import (
    Acknowledged,
    AttemptOver,
    Due,
    Event,
    Household,
    NotificationRules,
    decide,
)


@dataclass(frozen=True)
class NotificationCalls:
    """Households that must be told, number by number, until one acknowledges."""

    rules: NotificationRules
    lines: int
    name: str = incidents.PURPOSE

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"household": "notify-household"}

    @property
    def ring_for(self) -> float:
        return self.rules.ring_for

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        return await notification_households.next_due(connection)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        planned: list[Planned] = []
        after: dict[int, Household] = {}
        for one in await notification_households.claim(connection, until=until, limit=limit):
            at = max(now, one.household.next_at or now)
            after[one.id], rings = decide(one.household, Due(), at, self.rules)
            planned += [_planned(one, after[one.id], ring.number, at) for ring in rings]
        await notification_households.keep(connection, after)
        return planned, NOTHING

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        wanted = {one.attempt.subject_id for one in heard}
        known = await notification_households.of_ids(connection, wanted)
        after = {key: each.household for key, each in known.items()}
        for one in heard:
            key, event = one.attempt.subject_id, _event(one)
            if event is not None and key in after:
                after[key], _ = decide(after[key], event, one.at, self.rules)
        await notification_households.keep(connection, after)
        if heard:
            concerned = {each.incident_id for each in known.values()}
            await incidents.close(connection, concerned, now=heard[-1].at)
        return NOTHING

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        return await notification_households.not_to_ring(connection, subjects)

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """Nothing repeats: each notification is begun by a person."""


def _event(heard: AttemptFact) -> Event | None:
    match heard.what:
        case Over(result=result, rang=rang):
            return AttemptOver(result, rang=rang)
        case Statement(what=CallSignal.ACKNOWLEDGED):
            return Acknowledged(heard.attempt.number)
        case Lifted() | Statement():
            return None  # a lifted receiver proves nothing


def _planned(one: Claimed, after: Household, number: str, at: datetime) -> Planned:
    return Planned(
        subject_id=one.id,
        seq=after.tries,
        who="household",
        number=number,
        at=at,
        told={
            "NOTIFY_MESSAGE": f"{one.incident_id}_{one.take}",
            "NOTIFY_LANGUAGE": one.language,
            "NOTIFY_NUMBER": number,
        },
    )
