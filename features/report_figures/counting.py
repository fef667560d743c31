"""Counts the figures of one day from the rows of calls and tickets. Changes nothing.

| subject | a row for each | counts |
|---|---|---|
| `calls` | half hour, direction, topic, disposition | calls, by when they began to ring |
| `agents` | half hour, agent | calls in which the agent talked, at the first talk; missed rings |
| `tickets` | kind, business, nature, department, state | tickets, by when they were opened |
| `acts` | what was done, kind, business, nature, department | entries, by when it was done |
| `work` | what was done, agent | the same, by who did it |

The database adds up: a day of ten thousand calls comes back as some hundred rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.references import PERSON
from features.calls.references import CALL, TALK_SEGMENT
from features.report_figures.rules import SLOT_MINUTES, bounds, slots
from features.tickets.references import ENTRY, TICKET

KEYS: Final = (
    *("subject", "slot", "direction", "topic", "agent", "outcome"),
    *("kind", "business", "nature", "department"),
)
SUMS: Final = (
    *("count", "queued", "measured", "in_time", "rang_in_time", "missed"),
    *("waited_ms", "talk_ms", "held_ms"),
)
UNCOUNTED: Final = frozenset({"changed", "look"})
"""Entries that are no act: a save, a look."""

Figures = Mapping[str, Any]
"""The columns of `report_figures`, but for the day."""
_NOTHING: Final[Figures] = {**dict.fromkeys(KEYS, ""), **dict.fromkeys(SUMS, 0), "slot": 0}
_SLOT_S: Final = SLOT_MINUTES * 60


async def of_day(
    connection: AsyncConnection, day: date, *, zone: tzinfo, within_s: float
) -> Sequence[Figures]:
    """Return the figures of a day of the house's clock; `within_s` is that of the service level."""
    one = _Day(connection, day, zone, within_s)
    return [
        *await one.calls(),
        *await one.agents(),
        *await one.tickets(),
        *await one.acts(),
        *await one.work(),
    ]


class _Day:
    def __init__(
        self, connection: AsyncConnection, day: date, zone: tzinfo, within_s: float
    ) -> None:
        self._connection = connection
        self._since, self._until = bounds(day, zone)
        self._slots = slots(day, zone)
        self._within_s = within_s
        self._sqlite = connection.dialect.name == "sqlite"

    async def calls(self) -> Sequence[Figures]:
        call = CALL.c
        answered = and_(call.agent_answered.is_not(None), call.waited_s <= self._within_s)
        late = call.waited_s > self._within_s
        measured = and_(call.queued_at.is_not(None), (call.agent_answered.is_not(None)) | late)
        query = (
            select(
                self._half_hour(call.ring_started).label("half"),
                call.direction,
                func.coalesce(call.topic, "").label("topic"),
                func.coalesce(call.disposition, "").label("outcome"),
                func.count().label("count"),
                func.count(call.queued_at).label("queued"),
                _how_many(measured).label("measured"),
                _how_many(and_(measured, answered)).label("in_time"),
                _how_many(call.held_ans1).label("rang_in_time"),
                _ms(call.waited_s).label("waited_ms"),
                _ms(call.talk_s).label("talk_ms"),
                _ms(call.held_s).label("held_ms"),
            )
            .where(self._within(call.ring_started))
            .group_by("half", call.direction, "topic", "outcome")
        )
        return await self._found("calls", query)

    async def agents(self) -> Sequence[Figures]:
        segment = TALK_SEGMENT.c
        lasted = self._seconds(segment.from_at, segment.to_at)
        each = (
            select(
                segment.agent,
                segment.call_id,
                func.min(segment.from_at).label("first"),
                _ms(lasted).label("whole_ms"),
                _ms(segment.held_s).label("held_ms"),
            )
            .where(self._within(segment.from_at), segment.to_at.is_not(None))
            .group_by(segment.agent, segment.call_id)
            .subquery()
        )
        query = select(
            self._half_hour(each.c.first).label("half"),
            each.c.agent,
            func.count().label("count"),
            cast(func.sum(each.c.whole_ms - each.c.held_ms), BigInteger).label("talk_ms"),
            cast(func.sum(each.c.held_ms), BigInteger).label("held_ms"),
        ).group_by("half", each.c.agent)
        found = {(one["slot"], one["agent"]): one for one in await self._found("agents", query)}
        for key, missed in (await self._missed()).items():
            slot, agent = key
            known = found.get(key) or {
                **_NOTHING,
                "subject": "agents",
                "slot": slot,
                "agent": agent,
            }
            found[key] = {**known, "missed": missed}
        return list(found.values())

    async def _missed(self) -> Counter[tuple[int, str]]:
        call = CALL.c
        query = select(self._half_hour(call.ring_started), call.misses).where(
            self._within(call.ring_started),
            call.queued_at.is_not(None),
            cast(call.misses, String) != "[]",
        )
        return Counter(
            (self._slots[half], str(miss["agent"]))
            for half, misses in await self._connection.execute(query)
            for miss in misses
        )

    async def tickets(self) -> Sequence[Figures]:
        ticket = TICKET.c
        query = (
            select(*_about(), ticket.state.label("outcome"), func.count().label("count"))
            .where(self._within(ticket.created_at))
            .group_by(*_ABOUT, ticket.state)
        )
        return await self._found("tickets", query)

    async def acts(self) -> Sequence[Figures]:
        query = (
            select(*_about(), ENTRY.c.what.label("outcome"), func.count().label("count"))
            .join(TICKET, TICKET.c.id == ENTRY.c.ticket_id)
            .where(self._within(ENTRY.c.at), ENTRY.c.what.not_in(UNCOUNTED))
            .group_by(*_ABOUT, ENTRY.c.what)
        )
        return await self._found("acts", query)

    async def work(self) -> Sequence[Figures]:
        query = (
            select(
                PERSON.c.number.label("agent"),
                ENTRY.c.what.label("outcome"),
                func.count().label("count"),
            )
            .select_from(ENTRY)
            .join(PERSON, PERSON.c.id == ENTRY.c.account_id)
            .where(self._within(ENTRY.c.at), ENTRY.c.what.not_in(UNCOUNTED))
            .group_by(PERSON.c.number, ENTRY.c.what)
        )
        return await self._found("work", query)

    async def _found(self, subject: str, query: Any) -> Sequence[Figures]:
        rows = (await self._connection.execute(query)).mappings()
        return [self._figures(subject, dict(row)) for row in rows]

    def _figures(self, subject: str, row: dict[str, Any]) -> Figures:
        slot = self._slots[row.pop("half")] if "half" in row else 0
        counted = {name: value or 0 for name, value in row.items() if name in SUMS}
        return {**_NOTHING, **row, **counted, "subject": subject, "slot": slot}

    def _within(self, column: Any) -> ColumnElement[bool]:
        return and_(column >= self._since, column < self._until)

    def _half_hour(self, column: Any) -> ColumnElement[int]:
        """Return how many half hours of the day were over at a moment."""
        since = int(self._since.timestamp())
        if self._sqlite:  # `%s` is whole seconds, and whole numbers are divided without a rest
            return (cast(func.strftime("%s", column), Integer) - since) // _SLOT_S
        passed = cast(extract("epoch", column), Numeric) - since
        return cast(func.floor(passed / _SLOT_S), Integer)

    def _seconds(self, since: Any, to: Any) -> ColumnElement[float]:
        if self._sqlite:
            return (func.julianday(to) - func.julianday(since)) * 86_400.0
        return cast(extract("epoch", to - since), Numeric)


def _how_many(condition: Any) -> ColumnElement[int]:
    return cast(func.sum(case((condition, 1), else_=0)), Integer)


def _ms(seconds: Any) -> ColumnElement[int]:
    """Return seconds added up in whole milliseconds, so that the sum is the same in any order."""
    return cast(func.sum(cast(func.round(seconds * 1000), BigInteger)), BigInteger)


_ABOUT: Final = (TICKET.c.kind, TICKET.c.business, TICKET.c.nature, TICKET.c.department)


def _about() -> Sequence[Any]:
    return (
        TICKET.c.kind,
        func.coalesce(TICKET.c.business, "").label("business"),
        func.coalesce(TICKET.c.nature, "").label("nature"),
        TICKET.c.department,
    )
