"""What the ledger writes: many rows in one statement, each at most once.

All of it runs in the caller's transaction, which must have been begun with `writing=True` on
SQLite (the lock is taken at once, not in the middle).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import JournalEvent
from db.bulk import chunks, table_of, written
from features.call_recordings.references import RECORDING
from features.calls import by_piece, call_agents, rows
from features.calls.lifecycle import CallRecord, Direction
from features.calls.tables import IS_OPEN, Call, CallEvent
from ledger.tables import JournalPosition, JournalReject
from phone_numbers.plan import NumberPlan


async def positions(
    connection: AsyncConnection, files: Collection[str] | None = None
) -> dict[str, tuple[int, bool]]:
    """Return how far each journal was read and whether it is closed; locks those rows."""
    query = select(JournalPosition.file, JournalPosition.offset, JournalPosition.closed)
    if files is not None:
        query = query.where(JournalPosition.file.in_(files))
    found = await connection.execute(query.with_for_update())
    return {file: (offset, closed) for file, offset, closed in found}


async def move(
    connection: AsyncConnection, after: Mapping[str, tuple[int, bool]], *, now: datetime
) -> None:
    """Keep how far each journal has been read."""
    await written(
        connection,
        table_of(JournalPosition),
        [
            {"file": file, "offset": offset, "closed": closed, "updated_at": now}
            for file, (offset, closed) in after.items()
        ],
        key=("file",),
    )


async def add_events(connection: AsyncConnection, events: Sequence[JournalEvent]) -> None:
    """Append events."""
    await written(connection, table_of(CallEvent), [rows.of_event(event) for event in events])


async def add_rejects(
    connection: AsyncConnection,
    rejects: Iterable[tuple[str, int, str, str]],
    *,
    now: datetime,
) -> None:
    """Append lines that could not be read: file, offset, why, line."""
    found = [
        {"file": file, "offset": offset, "why": why, "line": line, "seen_at": now}
        for file, offset, why, line in rejects
    ]
    await written(connection, table_of(JournalReject), found)


async def keep_calls(
    connection: AsyncConnection, calls: Sequence[CallRecord], plan: NumberPlan
) -> None:
    """Insert calls, or replace what was known of them."""
    values = [rows.of_call(call, plan) for call in calls]
    await written(connection, table_of(Call), values, key=("id",))
    await by_piece.keep_numbers(connection, values)
    await call_agents.keep(connection, [call.id for call in calls])


async def events_about(
    connection: AsyncConnection, names: Iterable[tuple[str, str]]
) -> Sequence[JournalEvent]:
    """Return every event about these linkedids and call ids, and about their other names.

    A name is a node and what a call is called there.
    """
    by_node: dict[str, set[str]] = {}
    for node, name in names:
        by_node.setdefault(node, set()).add(name)
    return [
        event
        for node, wanted in sorted(by_node.items())
        for event in await _events_on(connection, node, wanted)
    ]


async def _events_on(
    connection: AsyncConnection, node: str, names: Collection[str]
) -> Sequence[JournalEvent]:
    wanted = set(names)
    for some in chunks(wanted):
        found = await connection.execute(
            select(Call.id, Call.linkedid).where(
                Call.node == node, or_(Call.id.in_(some), Call.linkedid.in_(some))
            )
        )
        wanted |= {name for pair in found for name in pair}
    events: list[JournalEvent] = []
    for some in chunks(wanted):
        found_rows = await connection.execute(
            select(CallEvent.__table__).where(CallEvent.node == node, CallEvent.about.in_(some))
        )
        events.extend(rows.event_in(row) for row in found_rows.mappings())
    return events


async def switches(connection: AsyncConnection, nodes: Collection[str]) -> Sequence[JournalEvent]:
    """Return every birth and death of these nodes' switches, oldest first."""
    found = await connection.execute(
        select(CallEvent.__table__)
        .where(
            CallEvent.node.in_(nodes),
            CallEvent.about == "",
            CallEvent.source == "site",
            CallEvent.name.in_(["switch_started", "switch_died"]),
        )
        .order_by(CallEvent.at)
    )
    return [rows.event_in(row) for row in found.mappings()]


async def full_disks(
    connection: AsyncConnection, node: str
) -> Sequence[tuple[datetime, datetime | None]]:
    """Return from when to when the disk of a node was full; None: it is."""
    found = await connection.execute(
        select(CallEvent.name, CallEvent.at)
        .where(
            CallEvent.node == node,
            CallEvent.about == "",
            CallEvent.source == "site",
            CallEvent.name.in_(["disk_full", "disk_low", "disk_has_room"]),
        )
        .order_by(CallEvent.at, CallEvent.id)
    )
    periods: list[tuple[datetime, datetime | None]] = []
    for name, at in found:
        if name == "disk_full" and not (periods and periods[-1][1] is None):
            periods.append((at, None))
        elif name in {"disk_low", "disk_has_room"} and periods and periods[-1][1] is None:
            periods[-1] = periods[-1][0], at
    return periods


async def open_calls(
    connection: AsyncConnection, nodes: Collection[str]
) -> Sequence[tuple[str, str]]:
    """Return node and linkedid of all calls of these nodes that have not ended."""
    found = await connection.execute(
        select(Call.node, Call.linkedid).where(text(IS_OPEN), Call.node.in_(nodes))
    )
    return [(node, linkedid) for node, linkedid in found]


_TO_RECORD = (
    Call.direction == Direction.IN.value,
    Call.recording_at.is_not(None),
    Call.agent_answered.is_not(None),
)
"""Not who was called by an agent and never answered."""


async def calls_without_recordings(connection: AsyncConnection, node: str) -> Sequence[CallRecord]:
    """Return a node's ended calls of which a recording or a message has not been looked at."""
    call = RECORDING.alias("call")
    message = RECORDING.alias("message")
    found = await connection.execute(
        select(Call.__table__)
        .outerjoin(call, and_(call.c.call_id == Call.id, call.c.kind == "call"))
        .outerjoin(message, and_(message.c.call_id == Call.id, message.c.kind == "message"))
        .where(
            Call.node == node,
            Call.state == "ended",
            or_(
                and_(Call.answered.is_not(None), call.c.id.is_(None), or_(*_TO_RECORD)),
                and_(Call.message_at.is_not(None), message.c.id.is_(None)),
            ),
        )
        .order_by(Call.ring_started)
    )
    return [rows.call_in(row) for row in found.mappings()]
