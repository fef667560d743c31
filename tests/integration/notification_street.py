"""Households that must be told, in tests: a database, a scripted switch, a dispatcher."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.purpose import Purpose
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.household_list import Listed
from features.emergency_notifications.households import HouseholdView
from features.emergency_notifications.lifecycle import Household, HouseholdState, NotificationRules
from features.emergency_notifications.outbound import NotificationCalls
from features.emergency_notifications.queries import Incident, Report, Voice
from tests.fakes.ringing import RingingSwitch
from tests.integration.dispatch_room import DispatchRoom

RULES = NotificationRules(ring_for=1.0, rounds=2, next_number_after=0.1, round_every=0.3)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
REPORT = Report(
    what="燃气泄漏",
    place="滨江花园1栋",
    happened_at=NOON,
    reporter="物业 02787654321",
    details="",
    language="zh",
    message="请马上关闭阀门，到室外去。",
)


class StreetSwitch(RingingSwitch):
    """Rings households as a notification wants."""

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        if attempt.purpose == incidents.PURPOSE:
            assert (context, ring_for) == ("notify-household", RULES.ring_for)
            assert told["NOTIFY_NUMBER"] == attempt.number
            assert told["NOTIFY_MESSAGE"].endswith("_1")
        return await super().ring(attempt, context=context, told=told, ring_for=ring_for)


class Street(DispatchRoom):
    """Households, and whoever rings them."""

    async def reports(self, *, voice: Voice = Voice.READY) -> int:
        """Record an incident whose message can be heard."""
        now = self.now()
        async with self.writing() as connection:
            key = await incidents.report(connection, REPORT, by="1001", now=now)
            incident = await incidents.one(connection, key)
            assert incident is not None
            await incidents.made(connection, incident, voice)
        return key

    async def chooses(self, key: int, *numbers: Sequence[str]) -> list[int]:
        """Choose households with these numbers; return their ids."""
        wanted = [Listed(f"户{n}", "滨江花园", tuple(each)) for n, each in enumerate(numbers)]
        async with self.writing() as connection:
            assert await notification_households.add(connection, key, wanted) == len(numbers)
        return [row.id for row in await self.rows(key)]

    async def begins(self, key: int) -> None:
        count = len(await self.rows(key))
        async with self.writing() as connection:
            now = self.now()
            await incidents.start(connection, key, count=count, by="1001", now=now)

    async def notification(self, *numbers: Sequence[str]) -> tuple[int, list[int]]:
        """Record an incident, choose households and begin."""
        key = await self.reports()
        ids = await self.chooses(key, *numbers)
        await self.begins(key)
        return key, ids

    async def stops(self, key: int) -> bool:
        async with self.writing() as connection:
            now = self.now()
            return await incidents.stop(connection, key, by="1001", now=now)

    async def incident(self, key: int) -> Incident:
        async with self.engine.connect() as connection:
            found = await incidents.one(connection, key)
        assert found is not None
        return found

    async def rows(self, key: int, *states: HouseholdState) -> Sequence[HouseholdView]:
        async with self.engine.connect() as connection:
            return await notification_households.of_states(
                connection, key, states or list(HouseholdState), limit=1000
            )

    async def households(self, key: int) -> list[Household]:
        return [row.household for row in await self.rows(key)]

    async def attempts(self, household: int) -> list[Attempt]:
        return await self.attempts_of(incidents.PURPOSE, household)

    def dispatcher(
        self, *, lines: int = 10, others: Sequence[Purpose] = ()
    ) -> AbstractAsyncContextManager[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        return self.dispatching([NotificationCalls(RULES, lines), *others], lines=lines)

    def acknowledges(self, attempt: Attempt) -> None:
        """Lift the receiver, hear the message, press the key."""
        self.switch.answers(attempt)
        self.switch.says(attempt, "acknowledged")
        self.switch.ends(attempt, 16)

    async def closes(self, key: int, *, within: float = 15.0) -> Incident:
        """Wait until nobody is left to ring."""

        async def closed() -> bool:
            return (await self.incident(key)).closed_at is not None

        await self.until(closed, within=within, what=f"notification {key} is closed")
        return await self.incident(key)

    async def states(self, key: int) -> list[HouseholdState]:
        return [each.state for each in await self.households(key)]
