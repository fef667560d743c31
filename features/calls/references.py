"""What other features may use of calls in their own queries."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import narrowed
from db.published import published
from features.calls import scoping
from features.calls import talk_segment_rows as segments
from features.calls.tables import Call, CallAgentRow, TalkSegmentRow
from permissions.scopes import Reach
from phone_numbers.matching import by_number
from phone_numbers.phone_number import PhoneNumber

CALL = published(
    Call,
    *("id", "number", "identity", "name", "topic", "agent", "node", "linkedid"),
    *("ring_started", "queued_at", "waited_s", "agent_answered", "disposition", "misses"),
    *("ended", "hung_up_by", "direction", "held_ans1", "talk_s", "held_s"),
)
"""One call: who it was, when, and what became of it."""

CALL_AGENT = published(CallAgentRow, "call_id", "agent")
"""Somebody who talked in a call, once each."""

TALK_SEGMENT = published(TalkSegmentRow, "call_id", "agent", "from_at", "to_at", "held_s")
"""One agent connected with the customer of a call."""


async def within(connection: AsyncConnection, reach: Reach) -> Select[Any]:
    """Return the ids of the calls within somebody's reach."""
    return select(Call.id).where(await scoping.within(connection, reach))


async def of_calls(
    connection: AsyncConnection,
    query: Select[Any],
    call_id: Any,
    *,
    agent: str | None,
    ref: str | None = None,
    disposition: str | None = None,
    number: PhoneNumber | None = None,
) -> Select[Any]:
    """Keep the rows whose `call_id` is that of such a call; without any wish every row."""
    if agent is None and ref is None and disposition is None and number is None:
        return query
    calls = narrowed(select(Call.id), (Call.ref, ref), (Call.disposition, disposition))
    if number is not None:
        calls = calls.where(by_number(Call.identity, Call.number, number))
    if agent is not None:
        calls = calls.where(await segments.talked(connection, agent))
    return query.where(call_id.in_(calls))
