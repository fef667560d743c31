"""Calls to departments that are late, as a purpose of the dispatcher (TKT-12).

One call tells of all tickets about which the department is to be rung; what is pressed for each is
a line in a journal with the ticket's place in the call.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.attempts import NEVER_RUNG, Attempt
from dispatch.call_facts import CallSignal
from dispatch.purpose import NOTHING, AttemptFact, Follow, Over, Planned, Statement
from features.department_calls import queries as calls
from features.department_calls.answers import ANSWERS, Answers
from features.department_calls.house import office_of
from features.department_calls.lifecycle import (
    ANSWERED,
    MOST_TICKETS,
    OPEN,
    Alarm,
    Answered,
    CallOver,
    Command,
    DepartmentRules,
    Event,
    Left,
    Outcome,
    Postponed,
    Record,
    Rung,
    Telephone,
    decide,
    outcome,
    rings_from,
)
from features.department_calls.queries import KeptAsk, Told
from features.departments import queries as departments
from features.departments.queries import Department
from features.ticket_clocks.lifecycle import House
from features.ticket_life.table import OUT
from features.ticket_life.verbs import place
from features.tickets import queries as tickets
from features.tickets.lifecycle import Ticket

AT_ONCE: Final = 50
"""Asks that are looked at in one turn."""
BETWEEN: Final = "."
"""What stands between two tickets where they are told to the dialplan; no number has it."""
A_DAY: Final = timedelta(days=1)


@dataclass
class DepartmentCalls:
    """Departments that are late, each in one call of ours at a time."""

    rules: DepartmentRules
    house: House
    lines: int
    language: str = "zh"
    """The departments'."""
    name: str = calls.PURPOSE

    def __post_init__(self) -> None:
        self._answers = Answers(self.house, self.rules)

    @property
    def contexts(self) -> Mapping[str, str]:
        return {"department": "department-call"}

    @property
    def ring_for(self) -> float:
        return self.rules.ring_for

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        return await calls.next_due(connection)

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        planned: list[Planned] = []
        due = await calls.due(connection, until=until, limit=AT_ONCE)
        for name, asks in due.items():
            if len(planned) == limit:
                break
            known = await departments.department(connection, name)
            here, tickets_of = await self._still_here(connection, known, asks, now)
            if known is None or not here:
                continue
            at = max(now, *(one.ask.next_at or now for one in here))
            if (from_ := await self._rings_from(connection, known, at)) > at:
                await self._all(connection, here, Postponed(from_), now)
                continue
            told = here[:MOST_TICKETS]
            key = await calls.begin(connection, name, [one.id for one in told], at)
            if key is None:  # another dispatcher was quicker
                continue
            await self._all(connection, told, Rung(), now)
            planned.append(self._ring(key, known, [tickets_of[one.ticket_id] for one in told], at))
        return planned, NOTHING

    async def _still_here(
        self,
        connection: AsyncConnection,
        known: Department | None,
        asks: Sequence[KeptAsk],
        now: datetime,
    ) -> tuple[Sequence[KeptAsk], Mapping[int, Ticket]]:
        """Return the asks whose tickets are with the department; the others are over."""
        found = await tickets.by_ids(connection, {one.ticket_id for one in asks})
        here = [one for one in asks if known and known.phone and _is_with(found, one)]
        gone = [one for one in asks if one not in here]
        await self._all(connection, gone, Left(), now)
        return here, found

    async def _rings_from(
        self, connection: AsyncConnection, known: Department, at: datetime
    ) -> datetime:
        office = office_of(self.house, known)
        today = at.astimezone(office.zone).date()
        midnight = datetime.combine(today, time(), office.zone)
        phone = Telephone(
            in_vain_at=await calls.in_vain_at(connection, known.name),
            calls_today=await calls.calls_since(connection, known.name, midnight),
            midnight=datetime.combine(today + A_DAY, time(), office.zone),
        )
        return rings_from(phone, at, office, self.rules)

    async def _all(
        self, connection: AsyncConnection, asks: Sequence[KeptAsk], event: Event, now: datetime
    ) -> None:
        after = {one.id: decide(one.ask, event, now, self.rules)[0] for one in asks}
        await calls.keep(connection, after)

    def _ring(self, key: int, known: Department, told: Sequence[Ticket], at: datetime) -> Planned:
        return Planned(
            subject_id=key,
            seq=1,
            who="department",
            number=known.phone,
            at=at,
            told={
                "DEPARTMENT_TICKETS": BETWEEN.join(_spoken(ticket, at) for ticket in told),
                "DEPARTMENT_LANGUAGE": self.language,
                "DEPARTMENT_NUMBER": known.phone,
            },
        )

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        alarms: set[int] = set()
        for one in heard:
            call = one.attempt.subject_id
            match one.what:
                case Over(result=result):
                    reached = await calls.reached_in(connection, call)
                    how = outcome(result, reached)
                    rang = result != NEVER_RUNG
                    if await self._over(connection, call, how, one.attempt, one.at, rang=rang):
                        alarms.add(call)
                case Statement(what=CallSignal.REACHED, data=data):
                    await calls.reached(connection, call, data.get("result", "")[:16])
                case Statement(what=what, data=data):
                    await self._stated(connection, one, what, data.get("ticket", ""))
                case _:
                    pass  # a lifted receiver proves nothing
        return Follow(alarm=frozenset(alarms))

    async def _stated(
        self, connection: AsyncConnection, heard: AttemptFact, what: str, named: str
    ) -> None:
        """Take in what was said to a ticket, or of it, by its place in the call."""
        call = heard.attempt.subject_id
        told = (await calls.told_in(connection, [call])).get(call, [])
        one = next((each for each in told if str(each.position) == named), None)
        if one is None:
            return
        if what == CallSignal.ANNOUNCED:
            await calls.announced(connection, call, one.position, heard.at)
            return
        if what not in ANSWERS:
            return
        key, _ = ANSWERS[what]
        kept = (await calls.of_ids(connection, [one.ask_id]))[one.ask_id]
        if kept.ask.state not in OPEN:
            return
        state = await self._answers.pressed(
            connection, kept, what, attempt=heard.attempt, at=heard.at
        )
        await calls.pressed(connection, call, one.position, key, heard.at)
        after, _commands = decide(kept.ask, Answered(state), heard.at, self.rules)
        await calls.keep(connection, {kept.id: after})

    async def _over(
        self,
        connection: AsyncConnection,
        call: int,
        how: Outcome,
        attempt: Attempt | None,
        at: datetime,
        *,
        rang: bool,
    ) -> bool:
        """End a call; tell whether a person is to know that nobody answered."""
        told = (await calls.told_in(connection, [call])).get(call, [])
        left = [one for one in told if not one.key]
        known = await calls.of_ids(connection, {one.ask_id for one in left})
        alarm = False
        for kept in known.values():
            after, commands = decide(kept.ask, CallOver(how, rang), at, self.rules)
            alarm |= Alarm() in commands
            await self._carry_out(connection, kept, commands, attempt, at)
            await calls.keep(connection, {kept.id: after})
        await calls.end(connection, call, at, _result(left, how, rang=rang))
        return alarm

    async def _carry_out(
        self,
        connection: AsyncConnection,
        kept: KeptAsk,
        commands: Sequence[Command],
        attempt: Attempt | None,
        at: datetime,
    ) -> None:
        for command in commands:
            match command:
                case Record(how):
                    await self._answers.record(connection, kept, how, attempt=attempt, at=at)
                case Alarm():
                    await self._answers.escalate(connection, kept, at=at)

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return the calls that have told of nothing yet, and of whose tickets none is there."""
        told = await calls.told_in(connection, subjects)
        fresh = {
            call: each for call, each in told.items() if not any(one.announced for one in each)
        }
        ids = {one.ask_id for each in fresh.values() for one in each}
        asks = await calls.of_ids(connection, ids)
        found = await tickets.by_ids(connection, {one.ticket_id for one in asks.values()})
        return {
            call
            for call, each in fresh.items()
            if not any(one.key or _is_with(found, asks[one.ask_id]) for one in each)
        }

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """End the calls that were forgotten; what they were to tell is told again."""
        for call in await calls.forgotten(connection):
            await self._over(connection, call, Outcome.FAILED, None, now, rang=False)


def _is_with(found: Mapping[int, Ticket], ask: KeptAsk) -> bool:
    ticket = found.get(ask.ticket_id)
    return ticket is not None and ticket.department == ask.department and place(ticket) in OUT


def _result(left: Sequence[Told], how: Outcome, *, rang: bool) -> str:
    if not left:
        return ANSWERED
    return how.value if rang else calls.NOT_RUNG


def _spoken(ticket: Ticket, at: datetime) -> str:
    """Return a ticket as the dialplan is told of it: `20261130-00012_o90`, 90 minutes overdue."""
    late = (at - (ticket.deadline or at)).total_seconds()
    return f"{ticket.number}_{'o' if late >= 0 else 'l'}{round(abs(late) / 60)}"
