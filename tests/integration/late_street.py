"""A house with departments that are late, rung by a scripted switch, for the dispatcher's tests.

The real one is in `tests/end_to_end/outbound/test_late_departments.py`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from features.department_calls import queries as calls
from features.department_calls.lifecycle import DepartmentRules
from features.department_calls.outbound import DepartmentCalls
from features.department_calls.queries import Pressed
from features.departments import queries as departments
from features.departments.queries import Department
from features.ticket_clocks.house import house
from features.ticket_clocks.worker import ClockWorker
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, history, queries, writes
from features.tickets.history import Author, Entry
from features.tickets.lifecycle import Ticket, TicketSource, opened
from features.tickets.tables import TicketRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from settings import Settings
from tests.fakes.ringing import RingingSwitch
from tests.integration.dispatch_room import DispatchRoom

LINES: Final = "线路班"
PHONE: Final = "8301"
SETTINGS: Final = Settings(department_call_any_hour=True)
HOUSE: Final = house(SETTINGS)
RULES: Final = DepartmentRules(ring_for=1.0, again_every=5.0, any_hour=True, calls_a_day=100)
"""Seconds instead of minutes, and at any hour: the machine's clock says when tests run."""
SENIOR: Final = Author(role=Role.SENIOR_AGENT, signature="1002", number="1002")


class DepartmentSwitch(RingingSwitch):
    """Rings departments as a late ticket wants."""

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert context == "department-call"
        assert told["DEPARTMENT_NUMBER"] == attempt.number
        return await super().ring(attempt, context=context, told=told, ring_for=ring_for)


class Street(DispatchRoom):
    """Departments, their late tickets, and a switch that rings them."""

    async def has_a_department(self, name: str = LINES, phone: str = PHONE, **more: Any) -> None:
        at = self.now()
        known = Department(name=name, phone=phone, updated_at=at, updated_by="test", **more)
        async with self.writing() as connection:
            assert await departments.save(connection, known, seen=None)

    async def is_dispatched(self, name: str = LINES) -> str:
        """Open a complaint and dispatch it, due in a minute; return its number."""
        now = self.now()
        fresh = opened(
            source=TicketSource.CALL,
            topic="complaint",
            customer_number="13812340000",
            created_at=now,
        )
        async with self.writing() as connection:
            number = await writes.open_ticket(
                connection, fresh, author=SENIOR, house=HOUSE, day=now.date()
            )
        assert number is not None
        await self.does(
            number, Verb.DISPATCH, Given(department=name, deadline=now + timedelta(minutes=1))
        )
        return number

    async def does(self, number: str, verb: Verb, given: Given) -> None:
        """Have a senior do something with a ticket."""
        async with self.writing() as connection:
            await acts.act(
                connection,
                number,
                verb,
                given,
                version=None,
                author=SENIOR,
                house=HOUSE,
                now=self.now(),
            )

    async def is_late(self, *, after: float = 61.0, settings: Settings = SETTINGS) -> int:
        """Let deadlines pass, and the ledger look at its clocks; return how many have moved."""
        self.clock.passes(after)
        worker = ClockWorker(self.engine, settings)
        while await worker.turn(self.now()):
            pass
        return worker.acted

    async def ticket(self, number: str) -> Ticket:
        async with self.engine.connect() as connection:
            found = await queries.ticket(connection, number, reach=EVERYTHING)
        assert found is not None
        return found

    async def entries(self, number: str) -> Sequence[Entry]:
        async with self.engine.connect() as connection:
            return await history.of_ticket(connection, number, reach=EVERYTHING)

    async def told(self, number: str) -> list[str]:
        """Return what the ticket's history tells of the telephone, oldest first."""
        ours = {history.TELEPHONE, history.RINGING.via}
        return [one.what for one in await self.entries(number) if one.via in ours]

    async def asked(self, number: str) -> Pressed:
        async with self.engine.connect() as connection:
            key = await connection.scalar(select(TicketRow.id).where(TicketRow.number == number))
            assert key is not None
            found = await calls.of_ticket(connection, key)
        assert found is not None, f"nobody is to be rung about {number}"
        return found

    def dispatcher(
        self, *, guard: Guard | None = None, **other: Any
    ) -> AbstractAsyncContextManager[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        rules = replace(RULES, **other)
        return self.dispatching([DepartmentCalls(rules, HOUSE, lines=10)], lines=10, guard=guard)

    async def presses(self, attempt: Attempt, *answers: str) -> None:
        """Answer the tickets of a call, one after the other, and hang up."""
        self.switch.answers(attempt)
        for place, what in enumerate(answers, 1):
            self.switch.says(attempt, "announced", ticket=str(place))
            self.switch.says(attempt, what, by="key", ticket=str(place))
        self.switch.ends(attempt)
        await self.is_over(attempt)

    async def is_over(self, attempt: Attempt) -> None:
        async def so() -> bool:
            found = await self.attempts_of(calls.PURPOSE, attempt.subject_id)
            return all(one.ended_at is not None for one in found)

        await self.until(so, what="the call is over")
