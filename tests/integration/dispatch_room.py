"""What all rooms have in which somebody is rung: a database, a switch by script, a clock.

`hotel.py`, `callback_room.py`, `campaign_room.py` and `notification_street.py` put people and a
purpose into one. Nobody waits in it: time is put forward, a little at a time, and goes on when
every dispatcher has done what was due and sleeps again (`passes`, `until`). The real switch is in
`tests/end_to_end/outbound`.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar, cast, overload

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from dispatch.purpose import Purpose
from features.duties.queries import DutyState
from ledger.journal import Journals
from permissions.roles import Role
from tests.fakes.clock import MovedClock
from tests.fakes.ringing import LinkGone, RingingSwitch
from tests.integration.at_work import signs_in
from tests.waiting import until

STEP_S: Final = 0.1
"""Seconds that pass at once; what is due in between is due a little late."""
A_TURN_TAKES_S: Final = 20.0
"""Real seconds at most, on a machine that has much to do."""

T = TypeVar("T")
Room = TypeVar("Room", bound="DispatchRoom")


@dataclass
class DispatchRoom:
    """A database, journals and a switch; dispatchers come and go."""

    engine: AsyncEngine
    switch: RingingSwitch
    clock: MovedClock = field(default_factory=MovedClock)
    _running: dict[asyncio.Task[None], Dispatcher] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.switch.clock = self.clock

    def now(self) -> datetime:
        return self.clock.now()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.execution_options(writing=True).begin() as connection:
            yield connection

    async def works(
        self,
        number: str,
        seat: str,
        role: Role = Role.JUNIOR_AGENT,
        *,
        state: DutyState = DutyState.READY,
    ) -> int:
        """Let somebody sign in at a seat; return the account's id."""
        return await signs_in(
            self.engine, number, seat, role=role, state=state, node=self.switch.node
        )

    async def attempts_of(self, purpose: str, subject: int) -> list[Attempt]:
        async with self.engine.connect() as connection:
            return list(await attempts.of(connection, purpose, subject))

    @asynccontextmanager
    async def dispatching(
        self, purposes: Sequence[Purpose], *, lines: int, guard: Guard | None = None
    ) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        found = Dispatcher(
            engine=self.engine,
            journals=Journals(self.switch.folder, {}, nodes=[self.switch.node]),
            node=self.switch.node,
            switch=self.switch,
            purposes=purposes,
            lines=lines,
            lost=LinkGone,
            guard=guard or Guard(),
            clock=self.clock,
        )
        running = asyncio.create_task(found.run())
        self._running[running] = found
        try:
            yield found
        finally:
            del self._running[running]
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def passes(self, seconds: float) -> None:
        """Let so much time pass; every dispatcher does what is due meanwhile."""
        while seconds > 0:
            step = min(seconds, STEP_S)
            seconds -= step
            self.clock.passes(step)
            await until(
                self._all_sleep, within=A_TURN_TAKES_S, what="what is due is done", every=0.001
            )

    def _all_sleep(self) -> bool:
        """Tell whether nobody has anything to do before more time passes."""
        doing = [each for one in self._running.values() for each in one._tasks]
        return all(self.clock.sleeps(each) for each in (*self._running, *doing))

    @overload
    async def until(
        self, truth: Callable[[], Awaitable[T]], *, within: float = 15.0, what: str = ""
    ) -> T: ...

    @overload
    async def until(self, truth: Callable[[], T], *, within: float = 15.0, what: str = "") -> T: ...

    async def until(
        self, truth: Callable[[], object], *, within: float = 15.0, what: str = ""
    ) -> object:
        """Let time pass until something is true; return that. `within`: seconds of our clock.

        On a slow machine these are few turns: real ones must have passed as well.
        """
        ends, really = self.clock.monotonic() + within, time.monotonic() + min(within, 5.0)
        while True:
            answer = truth()
            if inspect.isawaitable(answer):
                answer = cast("object", await answer)
            if answer:
                return answer
            if self.clock.monotonic() > ends and time.monotonic() > really:
                said = what or inspect.getsource(truth).strip()
                raise AssertionError(f"not within {within} s: {said} (last answer: {answer!r})")
            await self.passes(STEP_S)

    async def rings(self, count: int, *, within: float = 15.0) -> Attempt:
        """Wait for the n-th ring; return the attempt."""
        await self.until(
            lambda: len(self.switch.rung) >= count, within=within, what=f"ring {count}"
        )
        return self.switch.rung[count - 1][1]


@asynccontextmanager
async def opened(
    kind: Callable[[AsyncEngine, RingingSwitch], Room],
    database_url: str,
    folder: Path,
    switch: type[RingingSwitch] = RingingSwitch,
) -> AsyncIterator[Room]:
    """Open a room of a kind over a database, with its journals in a folder."""
    made = engine(database_url)
    yield kind(made, switch(folder))
    await made.dispose()
