"""Has clocks warn and act when they are due (TKT-4, 6, 7, 10, 12). Runs in the ledger's process.

Each clock is one transaction: its ticket is locked, the clock is moved only if it still stands as
it was seen, and what it does is written in the same transaction. So whatever is killed when,
nothing is lost, and two workers never do it twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind
from features.department_calls import queries as department_calls
from features.department_calls.house import is_to_be_rung, rung_from
from features.department_calls.house import rules as department_rules
from features.departments import queries as departments
from features.ticket_clocks import lifecycle
from features.ticket_clocks import queries as clocks
from features.ticket_clocks.house import house
from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_clocks.queries import Kept
from features.ticket_clocks.rules import NEVER, Office
from features.ticket_life import deciding
from features.ticket_life.ordering import By
from features.ticket_life.orders import OrderKind
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, history
from features.tickets.acts import Locked
from features.tickets.lifecycle import TicketKind
from phone_numbers.phone_number import phone_number
from settings import Settings

AT_ONCE: Final = 20
"""Clocks that are looked at in one turn."""
TRY_AGAIN: Final = timedelta(seconds=10)
"""A clock that failed is left alone for so long."""
RING_WITHIN: Final = timedelta(minutes=30)
"""A customer who is to be told of the progress is called within this (CBK-1)."""

DOES: Final[Mapping[ClockKind, tuple[Verb, ...]]] = MappingProxyType(
    {
        ClockKind.DISPATCH: (Verb.URGENT,),
        ClockKind.ANSWER: (Verb.ESCALATE,),
        ClockKind.FAULT: (Verb.CHASE, Verb.URGENT),
        ClockKind.PROMISED: (Verb.REMIND,),
    }
)
"""What a clock does when it is due: the first of these that the ticket's place allows. Those that
are not here are on the record, on the wall and in the count only; PROGRESS makes a callback."""

_log = structlog.get_logger(__name__)


class ClockWorker:
    """Looks for clocks that are due."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._writing = engine.execution_options(writing=True)
        self._reading = engine
        self._settings = settings
        self._house = house(settings)
        self._aside: dict[int, datetime] = {}
        """Clocks that failed, until they are tried again."""
        self.acted = 0
        """How many clocks have warned or acted."""

    async def turn(self, now: datetime) -> bool:
        """Do what is due; return whether there may be more. Raises what the database raises."""
        self._aside = {key: until for key, until in self._aside.items() if until > now}
        async with self._reading.connect() as connection:
            due = await clocks.due(connection, now=now, limit=AT_ONCE, without=self._aside.keys())
        done = 0
        failed: Exception | None = None
        for seen in due:
            try:
                async with self._writing.begin() as connection:
                    done += await self._fire(connection, seen, now)
            except Exception as error:
                if failed is not None:
                    raise  # two in a row: it is the database
                failed = error
                self._aside[seen.id] = now + TRY_AGAIN
                _log.warning("ticket clock fails", clock=seen.id, error=repr(error)[:300])
            else:
                failed = None
        self.acted += done
        return len(due) == AT_ONCE and done > 0

    async def _fire(self, connection: AsyncConnection, seen: Kept, now: datetime) -> bool:
        """Do what one clock does now; False: somebody else has the ticket, or was first."""
        found = await acts.locked_by_id(connection, seen.ticket_id)
        if found is None:
            return False
        office = self._house.office_of(seen.clock.kind)
        if seen.clock.kind is ClockKind.PROMISED:
            known = await departments.department(connection, found.ticket.department)
            if known is not None:
                there = self._house.with_hours(known.office, known.holidays)
                office = there.office_of(seen.clock.kind)
        due = lifecycle.fired(seen.clock, office, now=now)
        if due.clock == seen.clock or not await clocks.claim(connection, seen, due.clock):
            return False
        what = history.OVERDUE if due.acts else history.WARNED
        await history.add(
            connection,
            found.id,
            found.ticket,
            found.ticket,
            what=what,
            author=history.CLOCK,
            now=now,
            said={"clock": seen.clock.kind.value, "times": due.clock.times},
        )
        if due.acts:
            await self._act(connection, found, seen.clock.kind, now)
        if seen.clock.kind is ClockKind.PROMISED:
            await self._have_rung(connection, found, office, now, acts=due.acts)
        _log.info("ticket clock", ticket=found.ticket.number, clock=seen.clock.kind.value, did=what)
        return True

    async def _act(
        self, connection: AsyncConnection, found: Locked, kind: ClockKind, now: datetime
    ) -> None:
        if kind is ClockKind.PROGRESS:
            await self._promise_a_call(connection, found, now)
        verbs = DOES.get(kind, ())
        if kind is ClockKind.PROMISED and _is_repeated(found):
            verbs = (*verbs, Verb.ESCALATE)  # QUE-2: a repeated complaint past its deadline
        for verb in verbs:
            fresh = await acts.locked_by_id(connection, found.id)
            assert fresh is not None
            try:
                decision = deciding.decide(
                    fresh.ticket, fresh.orders, verb, Given(), by=By(role=None), now=now
                )
            except (deciding.NotNowError, deciding.NotTheirsError, deciding.LacksError):
                continue
            unheard = replace(decision.ticket, version=fresh.ticket.version)
            if unheard == fresh.ticket and not decision.orders:
                continue  # it is marked so already
            await acts.kept(
                connection,
                fresh,
                decision,
                verb,
                {"clock": kind.value},
                author=history.CLOCK,
                house=self._house,
                now=now,
            )
            if kind is ClockKind.FAULT:
                break

    async def _have_rung(
        self,
        connection: AsyncConnection,
        found: Locked,
        office: Office,
        now: datetime,
        *,
        acts: bool,
    ) -> None:
        """Have the department's telephone rung about a ticket that is late (TKT-12)."""
        name = found.ticket.department
        known = await departments.department(connection, name)
        if known is None or not known.phone or not is_to_be_rung(self._settings, acts=acts):
            return
        from_ = rung_from(office, department_rules(self._settings), now)
        if from_ < NEVER:
            await department_calls.want(connection, found.id, name, at=from_, now=now)

    async def _promise_a_call(
        self, connection: AsyncConnection, found: Locked, now: datetime
    ) -> None:
        """Make the call in which the customer is told how far it is (TKT-6)."""
        number = phone_number(found.ticket.customer_number, self._settings.number_plan)
        if not number.identity:
            return  # nobody can be called: it is on the wall
        await callbacks.make(
            connection,
            number=number.shown,
            identity=number.identity,
            kind=CallbackKind.AGENT,
            due_at=now + RING_WITHIN,
            ticket_id=found.id,
            note=found.ticket.number,
            now=now,
        )


def _is_repeated(found: Locked) -> bool:
    """Tell whether a complaint has come back once already, and was dispatched a second time."""
    return found.ticket.kind is TicketKind.COMPLAINT and any(
        one.kind is OrderKind.SECOND for one in found.orders
    )
