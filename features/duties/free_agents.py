"""Agents who are free for a call that we make: callbacks, campaigns (CBK-1, CBK-3).

Callers who wait come first, callbacks next, campaigns last.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch import attempts
from dispatch.tables import TO_AGENT, AttemptRow
from features.callbacks import due as call_backs
from features.calls import going_on as calls
from features.campaigns import contacts as campaign_contacts
from features.duties import queries as duties
from features.duties.choice import ReadyAgent
from features.duties.queries import Duty, DutyState
from features.duties.tables import IS_ON, DutyRow
from permissions.roles import Role

AGENT: Final = "agent"
"""Who is rung, as attempts have it: an agent, at a seat."""
LEFT_ALONE: Final = timedelta(seconds=60)
"""An agent who let a campaign's call ring is asked for the next one after this."""
SETTLES: Final = timedelta(seconds=3)
"""After a call that we made the desk has this long to say that the agent writes (QUE-4)."""

_ANYBODYS: Final = frozenset({Role.JUNIOR_AGENT, Role.SENIOR_AGENT})
"""Who calls for others too; everybody else at a seat keeps the own callbacks only."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who there is for campaigns."""

    free: Sequence[ReadyAgent]
    """Whom a campaign may ask now, who is ready for longest first."""
    at_work: int


async def ready(connection: AsyncConnection, node: str) -> list[ReadyAgent]:
    """Return who is at work at a seat of this node, ready, and not known to talk to a caller."""
    engaged = await calls.engaged_agents(connection, node)
    return _ready(await duties.at_work(connection, node), engaged)


async def for_campaigns(connection: AsyncConnection, now: datetime, node: str) -> Hands:
    """Return who is free at a node for campaigns: nobody while a caller waits there or a promised
    call is due.
    """
    working = [one for one in await duties.at_work(connection, node) if one.role in _ANYBODYS]
    if not working or await _others_first(connection, now, node):
        return Hands((), len(working))
    rings = await call_backs.engaged_seats(connection, node)
    free = [
        one
        for one in _ready(working, await calls.engaged_agents(connection, node))
        if one.seat not in rings
    ]
    alone = await _left_alone(connection, {one.seat for one in free}, now, node)
    free = [one for one in free if one.seat not in alone]
    return Hands(sorted(free, key=lambda one: one.since), len(working))


async def gone(connection: AsyncConnection, subjects: Collection[int]) -> frozenset[int]:
    """Return for which people of campaigns an agent is asked who is not ready any more."""
    row, duty = AttemptRow, DutyRow
    is_ready = (
        select(literal(1))
        .where(duty.seat == row.number, duty.node == row.node, text(f"duties.{IS_ON}"))
        .where(duty.state == DutyState.READY.value)
        .correlate(row)
        .exists()
    )
    found = await connection.execute(
        select(row.subject_id)
        .where(row.purpose == campaign_contacts.PURPOSE, row.subject_id.in_(subjects))
        .where(row.who == AGENT, row.ended_at.is_(None), row.answered_at.is_(None), ~is_ready)
    )
    return frozenset(found.scalars())


async def _others_first(connection: AsyncConnection, now: datetime, node: str) -> bool:
    if await calls.longest_waiting(connection, node) is not None:
        return True
    promised = await call_backs.next_due(connection)
    return promised is not None and promised <= now


async def _left_alone(
    connection: AsyncConnection, seats: Collection[str], now: datetime, node: str
) -> frozenset[str]:
    """Return at which seats a call that we made was let ring, or has only just ended."""
    row = AttemptRow
    never_rang = [*attempts.NO_PHONE_RANG, attempts.SWITCH_DIED]
    let_ring = and_(
        row.purpose == campaign_contacts.PURPOSE, row.said == "", row.result.not_in(never_rang)
    )
    found = await connection.execute(
        select(row.number)
        .where(text(TO_AGENT), row.number.in_(seats), row.ended_at > now - LEFT_ALONE)
        .where(row.node == node)
        .where(or_(let_ring, row.ended_at > now - SETTLES))
    )
    return frozenset(found.scalars())


def _ready(working: Sequence[Duty], engaged: frozenset[str]) -> list[ReadyAgent]:
    return [
        ReadyAgent(
            number=duty.number,
            seat=duty.seat,
            senior=duty.role is Role.SENIOR_AGENT,
            since=duty.since,
            takes_any=duty.role in _ANYBODYS,
        )
        for duty in working
        if duty.state is DutyState.READY and not engaged & {duty.number, duty.seat}
    ]
