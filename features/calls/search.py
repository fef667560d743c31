"""Search of calls: each with its tickets and the length of its recording."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page
from features.call_recordings import queries as recordings
from features.calls import queries
from features.calls import talk_segment_rows as talk_segments
from features.calls.lifecycle import CallRecord
from features.calls.queries import CallFilter
from features.tickets import queries as tickets
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
    of_tickets = await tickets.numbers_of(connection, ids, reach=ticket_reach)
    recorded = await recordings.seconds_of(connection, ids)
    agents = await talk_segments.agents_of(connection, ids)
    found = [
        FoundCall(
            each,
            agents.get(each.id) or ([each.agent] if each.agent else []),
            of_tickets.get(each.id, []),
            recorded.get(each.id, 0.0),
        )
        for each in calls.items
    ]
    return Page(found, calls.next)
