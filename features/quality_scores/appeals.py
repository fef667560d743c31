"""Keeps and reads appeals and coaching notes, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from db.paging import Page, column_of, page
from features.quality_samples.queries import within
from features.quality_scores.rules import Outcome
from features.quality_scores.tables import QualityAppealRow, QualityNoteRow
from permissions.scopes import Reach

_APPEAL, _NOTE = QualityAppealRow, QualityNoteRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An agent's appeal against a score."""

    id: int = 0
    item_id: int
    score_id: int
    agent: str
    words: str
    made_at: datetime
    outcome: Outcome | None = None
    decided_by: str | None = None
    decided_words: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody tells an agent."""

    id: int = 0
    agent: str
    score_id: int | None
    by: str
    words: str
    made_at: datetime
    seen_at: datetime | None = None


async def add(connection: AsyncConnection, fresh: Appeal) -> int | None:
    """Keep an appeal; None: there is one of this item already."""
    names = [name for name in Appeal.__slots__ if name not in {"id", "outcome"}]
    made = insertion(table_of(_APPEAL), connection.dialect.name).values(
        {name: getattr(fresh, name) for name in names}
    )
    done = await connection.execute(made.on_conflict_do_nothing().returning(_APPEAL.id))
    return done.scalar_one_or_none()


async def one(
    connection: AsyncConnection, appeal_id: int, *, reach: Reach, lock: bool = False
) -> Appeal | None:
    """Return one appeal of somebody within a reach."""
    query = select(_APPEAL.__table__).where(_APPEAL.id == appeal_id, within(reach, _APPEAL.agent))
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings()
    found = row.one_or_none()
    return None if found is None else _appeal_in(found)


async def of_item(connection: AsyncConnection, item_id: int) -> Appeal | None:
    """Return the appeal against an item's score."""
    query = select(_APPEAL.__table__).where(_APPEAL.item_id == item_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _appeal_in(row)


async def decide(
    connection: AsyncConnection,
    appeal_id: int,
    *,
    outcome: Outcome,
    by: str,
    words: str,
    at: datetime,
) -> None:
    """Keep how an appeal was decided."""
    values = {"outcome": outcome.value, "decided_by": by, "decided_words": words, "decided_at": at}
    await connection.execute(
        update(_APPEAL).where(_APPEAL.id == appeal_id, _APPEAL.outcome.is_(None)).values(values)
    )


async def appeals(
    connection: AsyncConnection,
    *,
    reach: Reach,
    open_only: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Appeal]:
    """Return a page of appeals, the newest first."""
    query = select(_APPEAL.__table__).where(within(reach, _APPEAL.agent))
    if open_only:
        query = query.where(_APPEAL.outcome.is_(None))
    return await page(
        connection,
        query,
        order=(column_of(_APPEAL.made_at), column_of(_APPEAL.id)),
        limit=limit,
        cursor=cursor,
        read=_appeal_in,
    )


async def counted(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[Outcome | None, int]:
    """Return how many appeals made between two moments were decided how; None: not yet."""
    query = (
        select(_APPEAL.outcome, func.count())
        .where(_APPEAL.made_at >= since, _APPEAL.made_at < until)
        .group_by(_APPEAL.outcome)
    )
    rows = await connection.execute(query)
    return {Outcome(outcome) if outcome else None: count for outcome, count in rows}


async def add_note(connection: AsyncConnection, fresh: Note) -> int:
    """Keep a note; return its id."""
    values = {name: getattr(fresh, name) for name in Note.__slots__ if name != "id"}
    done = await connection.execute(insert(_NOTE).values(values).returning(_NOTE.id))
    return int(done.scalar_one())


async def note(connection: AsyncConnection, note_id: int, *, reach: Reach) -> Note | None:
    """Return one note to somebody within a reach."""
    query = select(_NOTE.__table__).where(_NOTE.id == note_id, within(reach, _NOTE.agent))
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _note_in(row)


async def notes(
    connection: AsyncConnection, *, reach: Reach, limit: int = 50, cursor: str | None = None
) -> Page[Note]:
    """Return a page of notes, the newest first."""
    return await page(
        connection,
        select(_NOTE.__table__).where(within(reach, _NOTE.agent)),
        order=(column_of(_NOTE.made_at), column_of(_NOTE.id)),
        limit=limit,
        cursor=cursor,
        read=_note_in,
    )


async def saw(connection: AsyncConnection, note_id: int, now: datetime) -> bool:
    """Keep that the agent has seen a note; False: that is known."""
    done = await connection.execute(
        update(_NOTE)
        .where(_NOTE.id == note_id, _NOTE.seen_at.is_(None))
        .values(seen_at=now)
        .returning(_NOTE.id)
    )
    return done.first() is not None


def _appeal_in(row: RowMapping) -> Appeal:
    values: dict[str, Any] = {name: row[name] for name in Appeal.__slots__}
    values["outcome"] = Outcome(row["outcome"]) if row["outcome"] else None
    return Appeal(**values)


def _note_in(row: RowMapping) -> Note:
    return Note(**{name: row[name] for name in Note.__slots__})
