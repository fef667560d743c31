"""Owns what the ledger writes: many rows in one statement, each at most once.

All of it runs in the caller's transaction, which must have been begun with `writing=True` on
SQLite (the lock is taken at once, not in the middle).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Insert, Table, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.lifecycles.call import CallRecord
from callflow.lifecycles.events import JournalEvent
from tickets import rows
from tickets.models import Call, CallEvent, JournalPosition, JournalReject

IN_ONE_QUESTION = 500
"""Values in one `IN (…)`; SQLite takes 32,766 parameters, PostgreSQL 32,767."""


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
    await _upsert(
        connection,
        _table(JournalPosition),
        [
            {"file": file, "offset": offset, "closed": closed, "updated_at": now}
            for file, (offset, closed) in after.items()
        ],
        key=("file",),
    )


async def add_events(connection: AsyncConnection, events: Sequence[JournalEvent]) -> None:
    """Append events."""
    if events:
        await connection.execute(insert(CallEvent), [rows.of_event(event) for event in events])


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
    if found:
        await connection.execute(insert(JournalReject), found)


async def keep_calls(connection: AsyncConnection, calls: Sequence[CallRecord]) -> None:
    """Insert calls, or replace what was known of them."""
    await _upsert(connection, _table(Call), [rows.of_call(call) for call in calls], key=("id",))


async def events_about(connection: AsyncConnection, names: Iterable[str]) -> Sequence[JournalEvent]:
    """Return every event about these linkedids and call ids, and about their other names."""
    wanted = set(names)
    for some in _chunks(wanted):
        found = await connection.execute(
            select(Call.id, Call.linkedid).where(or_(Call.id.in_(some), Call.linkedid.in_(some)))
        )
        wanted |= {name for pair in found for name in pair}
    events: list[JournalEvent] = []
    for some in _chunks(wanted):
        found_rows = await connection.execute(
            select(CallEvent.__table__).where(CallEvent.about.in_(some))
        )
        events.extend(rows.event_in(row) for row in found_rows.mappings())
    return events


async def switches(connection: AsyncConnection) -> Sequence[JournalEvent]:
    """Return every birth and death of a switch, oldest first."""
    found = await connection.execute(
        select(CallEvent.__table__)
        .where(
            CallEvent.about == "",
            CallEvent.source == "site",
            CallEvent.name.in_(["switch_started", "switch_died"]),
        )
        .order_by(CallEvent.at)
    )
    return [rows.event_in(row) for row in found.mappings()]


async def open_calls(connection: AsyncConnection) -> Sequence[str]:
    """Return the linkedids of all calls that have not ended."""
    found = await connection.execute(select(Call.linkedid).where(Call.state != "ended"))
    return list(found.scalars())


async def _upsert(
    connection: AsyncConnection,
    table: Table,
    values: Sequence[Mapping[str, Any]],
    *,
    key: tuple[str, ...],
) -> None:
    if values:
        await connection.execute(_upsert_into(table, key, connection.dialect), list(values))


def _upsert_into(table: Table, key: tuple[str, ...], dialect: Dialect) -> Insert:
    made = sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
    new = {column.name: made.excluded[column.name] for column in table.columns}
    return made.on_conflict_do_update(
        index_elements=list(key), set_={name: new[name] for name in new if name not in key}
    )


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _chunks(values: Iterable[str]) -> list[list[str]]:
    every = sorted(values)
    return [
        every[start : start + IN_ONE_QUESTION] for start in range(0, len(every), IN_ONE_QUESTION)
    ]
