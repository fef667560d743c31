"""Keeps and reads calibrations: one call that several inspectors score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, column_of, page
from features.calls import references as calls
from features.calls.references import CALL
from features.quality_samples.queries import within
from features.quality_samples.tables import QualityItemRow, QualitySessionRow
from permissions.scopes import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A calibration."""

    id: int
    name: str
    call_id: str
    agent: str
    made_at: datetime
    made_by: str


async def add(connection: AsyncConnection, **values: Any) -> Session:
    """Keep a new calibration."""
    row = QualitySessionRow
    done = await connection.execute(insert(row).values(values).returning(row.id))
    return Session(id=int(done.scalar_one()), **values)


async def one(connection: AsyncConnection, session_id: int, *, reach: Reach) -> Session | None:
    """Return one calibration about somebody within a reach."""
    row = QualitySessionRow
    query = select(row.__table__).where(row.id == session_id, within(reach, row.agent))
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else Session(**found)


async def sessions(
    connection: AsyncConnection, *, reach: Reach, limit: int = 50, cursor: str | None = None
) -> Page[Session]:
    """Return a page of calibrations, the newest first."""
    row = QualitySessionRow
    return await page(
        connection,
        select(row.__table__).where(within(reach, row.agent)),
        order=(column_of(row.made_at), column_of(row.id)),
        limit=limit,
        cursor=cursor,
        read=lambda found: Session(**found),
    )


async def counts(connection: AsyncConnection, ids: list[int]) -> Mapping[int, tuple[int, int]]:
    """Return by calibration how many have joined, and how many have submitted."""
    row = QualityItemRow
    query = (
        select(row.session_id, func.count(), func.count(row.done_at))
        .where(row.session_id.in_(ids))
        .group_by(row.session_id)
    )
    return {int(each[0] or 0): (each[1], each[2]) for each in await connection.execute(query)}


async def call_to_score(
    connection: AsyncConnection, call_id: str, *, reach: Reach
) -> tuple[str, str | None] | None:
    """Return the agent and the topic of a call within a reach; None without an agent, too."""
    query = select(CALL.c.agent, CALL.c.topic).where(
        CALL.c.id == call_id,
        CALL.c.agent.is_not(None),
        CALL.c.id.in_(await calls.within(connection, reach)),
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (row.agent, row.topic)
