"""Queries of calls that go on now: who talks, and who waits in the queue."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls.lifecycle import CallState
from features.calls.tables import IS_OPEN, Call


async def engaged_agents(connection: AsyncConnection, node: str) -> frozenset[str]:
    """Return the numbers of a node's agents who talk to a caller, as far as the ledger knows."""
    query = select(Call.agent).where(
        text(IS_OPEN),
        Call.node == node,
        Call.state == CallState.TALKING.value,
        Call.agent.is_not(None),
    )
    return frozenset(agent for agent in (await connection.execute(query)).scalars() if agent)


async def longest_waiting(connection: AsyncConnection, node: str) -> datetime | None:
    """Return when the caller came who waits for longest in a node's queue, None: nobody waits.

    Who waits elsewhere can be given to nobody here.
    """
    query = select(func.min(Call.ring_started)).where(
        text(IS_OPEN), Call.node == node, Call.state == CallState.QUEUED.value
    )
    moment: datetime | None = (await connection.execute(query)).scalar_one()
    return moment
