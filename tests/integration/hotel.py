"""A hotel whose guests are rung by a scripted switch, for the dispatcher's tests.

The real one is in `tests/end_to_end/outbound`.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from datetime import time as time_of_day

from sqlalchemy import update

from callflow.rules.wall_clock import Repeat
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from dispatch.purpose import Purpose
from features.attendants import queries as attendants
from features.attendants.outbound import AttendantCalls
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.lifecycle import WakeState, WakeUp, WakeUpRules
from features.wake_ups.outbound import WakeUpCalls
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeUpRow
from tests.fakes.ringing import RingingSwitch
from tests.integration.dispatch_room import DispatchRoom

RULES = WakeUpRules(ring_for=1.0, again_every=0.2, give_up_after=30.0, attendants=("8301",))
"""Seconds instead of minutes."""


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


class Hotel(DispatchRoom):
    """Guests, and a switch that rings them."""

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
        async with self.writing() as connection:
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
        return await self.attempts_of(wake_ups.PURPOSE, key)

    async def calls_for(self, key: int) -> list[Attempt]:
        """Return the calls in which attendants were told of a wake-up's room."""
        async with self.engine.connect() as connection:
            return list(await attendants.attempts_for(connection, key))

    def dispatcher(
        self, *, lines: int = 10, rules: WakeUpRules = RULES, guard: Guard | None = None
    ) -> AbstractAsyncContextManager[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        purposes: list[Purpose] = [AttendantCalls(rules, lines), WakeUpCalls(rules, lines)]
        return self.dispatching(purposes, lines=lines, guard=guard)

    async def is_now(self, key: int, state: WakeState, *, within: float = 15.0) -> WakeUp:
        async def so() -> bool:
            return (await self.wake_up(key)).state is state

        await self.until(so, within=within, what=f"{key} is {state}")
        return await self.wake_up(key)
