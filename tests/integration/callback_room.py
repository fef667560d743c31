"""Owns a hall of agents on a scripted switch, for the tests of promised calls.

The switch writes into the journals what Asterisk would. The real one is in
`tests/end_to_end/outbound/test_callbacks.py`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind, CallbackRules, CallbackState
from features.callbacks.outbound import CallbackCalls
from features.callbacks.queries import Callback
from ledger.journal import Journals
from permissions.roles import Role
from phone_numbers.dial_plan import DialPlan
from phone_numbers.plan import NumberPlan
from tests.fakes.ringing import LinkGone, RingingSwitch
from tests.integration.at_work import at_work, signs_in
from tests.numbers import known_as
from tests.waiting import until

RULES = CallbackRules(again_every=0.5, most_tries=2, round_every=0.3)
SEATS = frozenset(f"w{number:02d}" for number in range(1, 25))
AT_ONCE = CallbackKind.CANNOT_HEAR


@dataclass
class HallSwitch(RingingSwitch):
    """Rings agents as a promised call wants."""

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        raise AssertionError(f"shown to nobody: {attempt} {told} {seconds}")

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert (context, attempt.who, ring_for) == ("callback-agent", "agent", 1.0)
        return await super().ring(attempt, context=context, told=told, ring_for=ring_for)


@dataclass
class Hall:
    """A database with agents at work, journals and a switch."""

    engine: AsyncEngine
    switch: HallSwitch

    @property
    def writing(self) -> AsyncEngine:
        return self.engine.execution_options(writing=True)

    async def works(self, number: str, seat: str, role: Role = Role.JUNIOR_AGENT) -> int:
        """Let somebody sign in at a seat; return the account's id."""
        return await signs_in(self.engine, number, seat, role=role)

    async def callbacks(
        self,
        kind: CallbackKind = AT_ONCE,
        *,
        number: str = "13800138000",
        by: int | None = None,
        within_s: float = 1800.0,
        came_s: float = 0.0,
    ) -> int:
        now = datetime.now(UTC)
        async with self.writing.begin() as connection:
            key = await callbacks.make(
                connection,
                number=number,
                identity=known_as(number),
                kind=kind,
                due_at=now + timedelta(seconds=within_s),
                account_id=by,
                came_at=now + timedelta(seconds=came_s) if kind is CallbackKind.QUEUE else None,
                now=now,
            )
        assert key is not None
        return key

    async def callback(self, key: int) -> Callback:
        async with self.engine.connect() as connection:
            found = await callbacks.callback(connection, key)
        assert found is not None
        return found

    async def attempts(self, key: int) -> list[Attempt]:
        async with self.engine.connect() as connection:
            return list(await attempts.of(connection, call_backs.PURPOSE, key))

    @asynccontextmanager
    async def dispatcher(self, *, rules: CallbackRules = RULES) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        found = Dispatcher(
            engine=self.engine,
            journals=Journals(self.switch.folder, {}),
            switch=self.switch,
            purposes=[CallbackCalls(rules, lines=10, ring_for=1.0)],
            lines=10,
            lost=LinkGone,
            guard=Guard(dial_plan=DialPlan(NumberPlan(house=SEATS))),
        )
        async with at_work(found):
            yield found

    async def rings(self, count: int, *, within: float = 15.0) -> Attempt:
        """Wait for the n-th ring of an agent; return the attempt."""
        await until(
            lambda: len(self.switch.rung) >= count, within=within, what=f"ring {count}", every=0.01
        )
        return self.switch.rung[count - 1][1]

    async def is_now(self, key: int, state: CallbackState, *, within: float = 15.0) -> Callback:
        async def so() -> bool:
            return (await self.callback(key)).state is state

        await until(so, within=within, what=f"{key} is {state}", every=0.05)
        return await self.callback(key)
