"""Search of calls: each with its tickets and the length of its recording."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page
from features.calls import queries
from features.calls import talk_segment_rows as talk_segments
from features.calls.lifecycle import CallRecord
from features.calls.queries import CallFilter
from features.calls.tables import RecordingRow
from features.tickets import scoping
from features.tickets.tables import TicketRow
from permissions.scopes import Reach


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call, the numbers of its tickets, and how many seconds of it were recorded (0: none)."""

    call: CallRecord
    agents: Sequence[str]
    """Who talked in it, in order."""
    tickets: Sequence[str]
    recorded_s: float


async def found_calls(
    connection: AsyncConnection,
    wanted: CallFilter,
    *,
    reach: Reach,
    ticket_reach: Reach,
    limit: int,
    cursor: str | None = None,
) -> Page[FoundCall]:
    """Return a page of calls within `reach`, newest first, with their tickets within the other.

    Raises UnknownCursorError.
    """
    calls = await queries.calls(connection, wanted, reach=reach, limit=limit, cursor=cursor)
    ids = [call.id for call in calls.items]
    tickets = await _tickets(connection, ids, ticket_reach)
    recorded = await _recorded(connection, ids)
    agents = await talk_segments.agents_of(connection, ids)
    found = [
        FoundCall(
            each,
            agents.get(each.id) or ([each.agent] if each.agent else []),
            tickets[each.id],
            recorded.get(each.id, 0.0),
        )
        for each in calls.items
    ]
    return Page(found, calls.next)


async def _tickets(
    connection: AsyncConnection, ids: Sequence[str], reach: Reach
) -> Mapping[str, list[str]]:
    query = (
        select(TicketRow.call_id, TicketRow.number)
        .where(TicketRow.call_id.in_(ids), scoping.within(reach))
        .order_by(TicketRow.id)
    )
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for of_call, number in await connection.execute(query):
        numbers[str(of_call)].append(str(number))
    return numbers


async def _recorded(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, float]:
    query = select(RecordingRow.call_id, RecordingRow.seconds).where(RecordingRow.call_id.in_(ids))
    longest: defaultdict[str, float] = defaultdict(float)
    for of_call, seconds in await connection.execute(query):
        longest[of_call] = max(longest[of_call], seconds)
    return longest
