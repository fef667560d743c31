"""Reads and keeps comments at moments of recordings, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, narrowed, page
from features.accounts.references import PERSON
from features.calls import references as calls
from features.recording_comments.rules import Comment
from features.recording_comments.tables import RecordingCommentRow
from permissions.scopes import Reach

_ROW = RecordingCommentRow
MOST_OF_A_CALL = 200
"""Comments that the page of a call shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFilter:
    """Which comments: every field that is set must hold; times are those of the comments."""

    call_id: str | None = None
    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_COMMENT = CommentFilter()


async def comments(
    connection: AsyncConnection,
    wanted: CommentFilter = EVERY_COMMENT,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Comment]:
    """Return a page of comments of calls within a reach, newest first."""
    query = narrowed(_comments(), (_ROW.call_id, wanted.call_id), (_ROW.author, wanted.author))
    query = query.where(_ROW.deleted_at.is_(None), await _within(connection, reach))
    order = (column_of(_ROW.at), column_of(_ROW.id))
    return await page(
        connection,
        between(query, order[0], wanted.since, wanted.until),
        order=order,
        limit=limit,
        cursor=cursor,
        read=_comment_in,
    )


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Comment]:
    """Return the comments of one call, as they are heard."""
    query = _comments().where(_ROW.call_id == call_id, _ROW.deleted_at.is_(None))
    newest = query.order_by(_ROW.at.desc(), _ROW.id.desc()).limit(MOST_OF_A_CALL)
    found = [_comment_in(row) for row in (await connection.execute(newest)).mappings()]
    return sorted(found, key=lambda each: (each.second, each.id))


async def one(
    connection: AsyncConnection, comment_id: int, *, reach: Reach, lock: bool = False
) -> Comment | None:
    """Return a comment, a deleted one too; `lock`: nobody else changes it until the end."""
    query = _comments().where(_ROW.id == comment_id, await _within(connection, reach))
    if lock:
        query = query.with_for_update(of=_ROW)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _comment_in(row)


async def call_within(connection: AsyncConnection, call_id: str, *, reach: Reach) -> str | None:
    """Return the id of a call that is within a reach."""
    query = select(calls.CALL.c.id).where(calls.CALL.c.id == call_id)
    if not reach.whole:
        query = query.where(calls.CALL.c.id.in_(await calls.within(connection, reach)))
    return (await connection.execute(query)).scalar_one_or_none()


async def add(connection: AsyncConnection, fresh: Comment) -> int:
    """Keep a new comment; return its id."""
    made = insert(_ROW).values(_columns(fresh)).returning(_ROW.id)
    return int((await connection.execute(made)).scalar_one())


async def replace(connection: AsyncConnection, after: Comment) -> None:
    """Keep what a comment says now; it is locked."""
    await connection.execute(update(_ROW).where(_ROW.id == after.id).values(_columns(after)))


async def forget(connection: AsyncConnection, author: str, before: datetime) -> None:
    """Have somebody's comments that were deleted before a moment be gone for good."""
    await connection.execute(delete(_ROW).where(_ROW.author == author, _ROW.deleted_at < before))


def _comments() -> Select[Any]:
    name = PERSON.c.name.label("name")
    person = PERSON.c.number == _ROW.author
    return select(_ROW.__table__, name).outerjoin(PERSON, person)


async def _within(connection: AsyncConnection, reach: Reach) -> ColumnElement[bool]:
    if reach.whole:
        return true()
    return _ROW.call_id.in_(await calls.within(connection, reach))


def _columns(of: Comment) -> dict[str, Any]:
    return {name: each for name, each in asdict(of).items() if name not in {"id", "name"}}


def _comment_in(row: RowMapping) -> Comment:
    return Comment(**{**row, "name": row["name"] or ""})
