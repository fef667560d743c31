"""Owns a hotel whose guests are rung by a scripted switch, for the dispatcher's tests.

The real one is in `tests/end_to_end/outbound`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.rules.wall_clock import Repeat
from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.lifecycle import WakeState, WakeUp, WakeUpRules
from features.wake_ups.outbound import WakeUpCalls
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeUpRow
from ledger.journal import Journals
from tests.fakes.ringing import LinkGone, RingingSwitch
from tests.integration.at_work import at_work
from tests.waiting import until

RULES = WakeUpRules(ring_for=1.0, again_every=0.2, give_up_after=30.0, attendants=("8301",))


@dataclass
class HotelSwitch(RingingSwitch):
    """Rings guests and attendants as a wake-up wants."""

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        raise AssertionError(f"shown to nobody: {attempt} {told} {seconds}")

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert context == f"wake-{attempt.who}"
        assert told["WAKE_NUMBER"] == attempt.number
        return await super().ring(attempt, context=context, told=told, ring_for=ring_for)


@dataclass
class Hotel:
    """A database, journals and a switch."""

    engine: AsyncEngine
    switch: HotelSwitch

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.switch.clock(), UTC)

    async def wakes(self, room: str, *, in_s: float) -> int:
        """Put a room on the register, to be rung in a moment; return the wake-up's id."""
        now = self.now()
        wanted = Registration(
            room=room,
            number=room,
            guest="",
            language="zh",
            wall=time_of_day(7, 0),
            zone="UTC",
            first_day=date(now.year + 1, 1, 1),
            last_day=None,
            repeat=Repeat.ONCE,
        )
        due = now + timedelta(seconds=in_s)
        async with self.engine.execution_options(writing=True).begin() as connection:
            key = await wake_register.register(connection, wanted, made_by=None, now=now)
            moved = update(WakeUpRow).where(WakeUpRow.registration_id == key)
            done = await connection.execute(
                moved.values(due=due, next_at=due, asked_for=due).returning(WakeUpRow.id)
            )
            return int(done.scalar_one())

    async def wake_up(self, key: int) -> WakeUp:
        async with self.engine.connect() as connection:
            found = await wake_ups.shown(connection, key)
        assert found is not None
        return found.wake_up

    async def attempts(self, key: int) -> list[Attempt]:
        async with self.engine.connect() as connection:
            return list(await attempts.of(connection, wake_ups.PURPOSE, key))

    @asynccontextmanager
    async def dispatcher(
        self, *, lines: int = 10, rules: WakeUpRules = RULES, guard: Guard | None = None
    ) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        found = Dispatcher(
            engine=self.engine,
            journals=Journals(self.switch.folder, {}, nodes=[self.switch.node]),
            node=self.switch.node,
            switch=self.switch,
            purposes=[WakeUpCalls(rules, lines)],
            lines=lines,
            lost=LinkGone,
            guard=guard or Guard(),
            now=self.now,
        )
        async with at_work(found):
            yield found

    async def rings(self, count: int, *, within: float = 15.0) -> Attempt:
        """Wait for the n-th ring; return the attempt."""
        await until(
            lambda: len(self.switch.rung) >= count, within=within, what=f"ring {count}", every=0.01
        )
        return self.switch.rung[count - 1][1]

    async def is_now(self, key: int, state: WakeState, *, within: float = 15.0) -> WakeUp:
        async def so() -> bool:
            return (await self.wake_up(key)).state is state

        await until(so, within=within, what=f"{key} is {state}", every=0.05)
        return await self.wake_up(key)
