"""Queries of the knowledge base: answers that agents find during a call (TKT-15).

A search is for words anywhere in the text, so that two Chinese characters in the middle of a
sentence are found; an index of whole words or of three characters would not find them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, case, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.knowledge.tables import KnowledgeRow

MOST_WORDS = 8
"""Words of a question that are looked for; each is a look at every entry."""
NEXT = timedelta(microseconds=1)
"""A save is at least this much later than the one before: its time tells the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer."""

    id: int
    title: str
    body: str
    business: str | None
    """Business class of TKT-1, None: all."""
    keywords: str
    """Other words for the same, divided by blanks."""
    published_at: datetime | None
    """Agents find it from then on; None: a draft."""
    updated_at: datetime
    updated_by: str


async def search(
    connection: AsyncConnection,
    question: str,
    *,
    now: datetime,
    business: str | None = None,
    drafts: bool = False,
    limit: int = 20,
) -> Sequence[Entry]:
    """Return entries that hold every word of a question, those that hold it in the title first.

    An empty question gives the newest entries. Letters are found in either case.
    """
    words = question.split()[:MOST_WORDS]
    query = select(KnowledgeRow.__table__)
    for word in words:
        query = query.where(or_(*_holding(word)))
    if business is not None:
        query = query.where(or_(KnowledgeRow.business == business, KnowledgeRow.business.is_(None)))
    if not drafts:
        query = query.where(KnowledgeRow.published_at <= now)
    if words:
        query = query.order_by(_rank(words))
    query = query.order_by(KnowledgeRow.updated_at.desc(), KnowledgeRow.id.desc()).limit(limit)
    return [_entry_in(row) for row in (await connection.execute(query)).mappings()]


async def entry(connection: AsyncConnection, entry_id: int) -> Entry | None:
    """Return one entry, a draft too."""
    found = await connection.execute(
        select(KnowledgeRow.__table__).where(KnowledgeRow.id == entry_id)
    )
    row = found.mappings().one_or_none()
    return None if row is None else _entry_in(row)


async def add(connection: AsyncConnection, entry: Entry) -> int:
    """Keep a new entry (in the caller's transaction); return its id, whatever it said before."""
    made = insert(KnowledgeRow).values(_said(entry))
    return int((await connection.execute(made.returning(KnowledgeRow.id))).scalar_one())


async def replace(connection: AsyncConnection, entry: Entry, *, seen: datetime) -> bool:
    """Replace an entry (in the caller's transaction) that was last changed at `seen`.

    False when there is none with its id, or somebody saved it since.
    """
    done = await connection.execute(
        update(KnowledgeRow)
        .where(KnowledgeRow.id == entry.id, KnowledgeRow.updated_at == seen)
        .values(_said(entry))
        .returning(KnowledgeRow.id)
    )
    return done.first() is not None


def _holding(word: str) -> list[Any]:
    return [
        column.icontains(word, autoescape=True)
        for column in (KnowledgeRow.title, KnowledgeRow.keywords, KnowledgeRow.body)
    ]


def _rank(words: Sequence[str]) -> Any:
    holding = [_holding(word) for word in words]
    return case(
        (and_(*(each[0] for each in holding)), 0),
        (and_(*(or_(each[0], each[1]) for each in holding)), 1),
        else_=2,
    )


def _said(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__ if name != "id"}


def _entry_in(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__slots__})
