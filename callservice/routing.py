"""AGI visit that asks where a caller goes: one question to the database, 1 s at most.

The database is read, never written, and never waited for: without an answer in time the route is
everybody's, and for a while nobody asks again (a circuit breaker). Callers notice nothing.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncEngine

from agi.session import Session
from callflow.events import DEFAULT_NODE
from callflow.rules.routing import EVERYBODY, CallerFacts, Matter, Route, route
from features.customers import queries as customers
from features.duties import queries as duties
from features.tickets import saves as ticket_saves
from features.tickets.lifecycle import TicketKind
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

_log = structlog.get_logger(__name__)
WITHIN: Final = 1.0
"""Seconds for the database; the dialplan itself goes on after 1.3 s."""
BREAKER: Final = (0.5, 10.0)
"""Seconds in which nobody asks a database that has not answered: at first, and at most when it
goes on not answering; doubled in between. One slow moment must not cost others their route."""
MATTERS: Final = 20
"""Open tickets of one number that are looked at; who has more is overdue in one of these."""
NOBODY: Final = "0"
"""No caller's number."""
WARM_UP: Final = 10.0
ROUTED = Counter("thirdring_routes", "Callers routed, by how the database answered", ["answer"])


class Router:
    """Finds the queue for a caller."""

    def __init__(
        self,
        engine: AsyncEngine,
        plan: NumberPlan,
        *,
        node: str = DEFAULT_NODE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read `engine`; who is offered first sits at a seat of this node."""
        self._engine = engine
        self._node, self._plan = node, plan
        self._now = now
        self._clock = clock
        self._left_behind: set[asyncio.Task[CallerFacts]] = set()
        self._open_until = 0.0
        self._open_for = 0.0

    async def warm_up(self) -> None:
        """Ask once before anybody calls: the first question of a process takes longest."""
        with suppress(Exception):
            await asyncio.wait_for(_known(self._engine, NOBODY, self._node), WARM_UP)

    async def receive(self, session: Session) -> None:
        """Tell the dialplan where the caller goes; the AGI server's route `route`."""
        sent = session.query.get("caller") or session.environment.get("agi_callerid", "")
        found = await self.route(sent)
        for name, value in variables(found).items():
            await session.set_variable(name, value)
        await session.set_variable("ROUTE_DONE", "1")

    async def route(self, number: str) -> Route:
        """Return the route of a caller with this number, everybody's when nobody can tell."""
        identity = phone_number(number, self._plan).identity
        if not identity:
            return EVERYBODY
        if self._clock() < self._open_until:
            ROUTED.labels("breaker").inc()
            return EVERYBODY
        asking = asyncio.create_task(_known(self._engine, identity, self._node))
        await asyncio.wait({asking}, timeout=WITHIN)
        if asking.done() and not asking.cancelled() and asking.exception() is None:
            ROUTED.labels("answered").inc()
            self._open_for = 0.0
            return route(asking.result(), now=self._now())
        self._open_breaker(asking)
        return EVERYBODY

    def _open_breaker(self, asking: "asyncio.Task[CallerFacts]") -> None:
        """Ask nobody for a while. A question under way is left behind: its end may take long."""
        if self._clock() >= self._open_until:  # not again by those who asked at the same time
            self._open_for = min(2 * self._open_for, BREAKER[1]) or BREAKER[0]
            self._open_until = self._clock() + self._open_for
        ROUTED.labels("stalled").inc()
        if asking.done():
            _log.warning("the database refuses: no routing", error=repr(asking.exception())[:300])
            return
        _log.warning("the database does not answer: no routing", seconds=WITHIN)
        asking.cancel()
        self._left_behind.add(asking)
        asking.add_done_callback(self._ended)

    def _ended(self, asking: "asyncio.Task[CallerFacts]") -> None:
        self._left_behind.discard(asking)
        if not asking.cancelled():
            asking.exception()


def variables(found: Route) -> dict[str, str]:
    """Return every variable of a route but ROUTE_DONE."""
    return {
        "ROUTE_QUEUE": found.queue.value,
        "ROUTE_PRIORITY": str(found.priority),
        "ROUTE_SEAT": found.seat,
        "ROUTE_REASONS": ";".join(found.reasons),
    }


async def _known(engine: AsyncEngine, identity: str, node: str) -> CallerFacts:
    """Return what the database knows of a number, by its identity."""
    async with engine.connect() as connection:
        customer = await customers.customer(connection, identity)
        theirs = customer.identities if customer else (identity,)
        open_ones = await ticket_saves.open_of_customer(connection, theirs, limit=MATTERS)
        at_work = await duties.at_work(connection, node) if open_ones else ()
    return CallerFacts(
        sort=customer.sort.value if customer else "normal",
        first_agent=customer.first_agent if customer else None,
        matters=[
            Matter(one.number, one.kind is TicketKind.COMPLAINT, one.due_at, one.handler)
            for one in open_ones
        ],
        seats={duty.number: duty.seat for duty in at_work},
    )
