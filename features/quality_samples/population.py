"""What there was on a day, as the draw takes it. Changes nothing."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Topic
from db.bulk import chunks
from features.accounts.references import PERSON
from features.call_judgements import counts as judgements
from features.calls.references import CALL
from features.knowledge.references import ENTRY
from features.quality_forms.rules import Thing
from features.quality_samples.calendar import WEEK, bounds
from features.quality_samples.risks import BROKEN, Facts, of_clauses, risk, signals
from features.quality_samples.rules import Candidate
from features.tickets.references import TICKET

OTHER: Final = "other"
"""The business of what nobody has sorted."""
_TOPICS: Final = frozenset(each.value for each in Topic)


async def of_day(
    connection: AsyncConnection, day: date, zone: ZoneInfo, *, long_hold_s: float
) -> Sequence[Candidate]:
    """Return what may be drawn of a day: calls that an agent had, tickets, entries."""
    since, until = bounds(day, zone)
    return [
        *await _calls(connection, since, until, long_hold_s),
        *await _tickets(connection, since, until),
        *await _entries(connection, since, until),
    ]


async def calls_of(
    connection: AsyncConnection, agents: Collection[str], since: datetime, until: datetime
) -> Sequence[Candidate]:
    """Return the calls of some agents between two moments, without their risk."""
    business = await _business(connection, since, until)
    found: list[Candidate] = []
    for some in chunks(agents):
        query = _had(since, until).where(CALL.c.agent.in_(some))
        rows = (await connection.execute(query)).mappings()
        found += [
            Candidate(
                thing=Thing.CALL,
                subject=row["id"],
                agent=row["agent"],
                business=_sorted_as(business.get(row["id"]), row["topic"]),
                call_id=row["id"],
            )
            for row in rows
        ]
    return found


async def staff(connection: AsyncConnection) -> frozenset[str]:
    """Return the numbers of everybody who has an account: phones without a person have none."""
    return frozenset((await connection.execute(select(PERSON.c.number))).scalars())


def digest(population: Sequence[Candidate]) -> str:
    """Return what tells one population from another; the order of the rows changes nothing."""
    rows = sorted([*one.key, one.agent, one.business, one.risk] for one in population)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _had(since: datetime, until: datetime) -> Select[Any]:
    """Return the calls of a time in which an agent talked first."""
    call = CALL.c
    columns = (call.id, call.agent, call.topic, call.identity)
    more = (call.misses, call.hung_up_by, call.held_s)
    return select(*columns, *more).where(
        call.ring_started >= since, call.ring_started < until, call.agent.is_not(None)
    )


async def _calls(
    connection: AsyncConnection, since: datetime, until: datetime, long_hold_s: float
) -> Sequence[Candidate]:
    business = await _business(connection, since, until)
    repeated = await _repeated(connection, until)
    broken = await judgements.broken_by_call(connection, since, until, measures=BROKEN)
    rows = (await connection.execute(_had(since, until))).mappings()
    found: list[Candidate] = []
    for row in rows:
        facts = Facts(
            hung_up_by=row["hung_up_by"],
            held_s=row["held_s"],
            calls_of_customer=repeated.get(row["identity"], 1),
            misses=len(row["misses"]),
            more=of_clauses(broken.get((row["id"], row["agent"]), ())),
        )
        found.append(
            Candidate(
                thing=Thing.CALL,
                subject=row["id"],
                agent=row["agent"],
                business=_sorted_as(business.get(row["id"]), row["topic"]),
                risk=risk(facts, long_hold_s=long_hold_s),
                signals=signals(facts, long_hold_s=long_hold_s),
                call_id=row["id"],
            )
        )
    return found


async def _business(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[str, str]:
    """Return by call the business of its first ticket that has one."""
    query = (
        select(TICKET.c.call_id, TICKET.c.business)
        .join(CALL, CALL.c.id == TICKET.c.call_id)
        .where(
            CALL.c.ring_started >= since,
            CALL.c.ring_started < until,
            TICKET.c.business.is_not(None),
        )
        .order_by(TICKET.c.id.desc())
    )
    return {row.call_id: row.business for row in await connection.execute(query)}


async def _repeated(connection: AsyncConnection, until: datetime) -> Mapping[str, int]:
    """Return by customer how many calls there were in a week, where it was more than one."""
    call = CALL.c
    counted = func.count()
    query = (
        select(call.identity, counted)
        .where(call.ring_started >= until - WEEK, call.ring_started < until, call.identity != "")
        .group_by(call.identity)
        .having(counted > 1)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


async def _tickets(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Iterator[Candidate]:
    """Return the tickets that somebody of ours keeps: their records and typing (QA-2)."""
    ticket = TICKET.c
    query = select(ticket.number, ticket.business, ticket.handler, ticket.call_id).where(
        ticket.created_at >= since,
        ticket.created_at < until,
        ticket.handler.is_not(None),
        ticket.number.is_not(None),
    )
    return (
        Candidate(
            thing=Thing.TICKET,
            subject=row.number,
            agent=row.handler,
            business=row.business or OTHER,
            call_id=row.call_id,
        )
        for row in (await connection.execute(query)).all()
    )


async def _entries(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Iterator[Candidate]:
    """Return the entries of the knowledge base that somebody wrote (QA-2)."""
    entry = ENTRY.c
    query = select(entry.id, entry.business, entry.updated_by).where(
        entry.updated_at >= since, entry.updated_at < until
    )
    return (
        Candidate(
            thing=Thing.KNOWLEDGE,
            subject=f"{row.id}",
            agent=row.updated_by,
            business=row.business or OTHER,
        )
        for row in (await connection.execute(query)).all()
    )


def _sorted_as(business: str | None, topic: str | None) -> str:
    if business:
        return business
    return topic if topic in _TOPICS else OTHER
