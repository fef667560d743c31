"""Queries of the knowledge base: answers that agents find during a call (TKT-15).

A search is for words anywhere in the text, so that two Chinese characters in the middle of a
sentence are found: by the terms of `terms.py` (ADR 30).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, and_, case, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import finding
from db.bulk import insertion, table_of
from db.finding import Alternatives
from db.sought import folded, holding, words_of
from features.knowledge import terms
from features.knowledge.tables import KnowledgeHelpedRow, KnowledgeRow, KnowledgeVersionRow

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
    version: int = 1
    helped: int = 0
    """In how many matters it helped."""
    valid_from: date | None = None
    """First day on which it is valid, of the house; None: from ever."""
    valid_until: date | None = None
    """Last day; None: for ever."""

    def standing(self, today: date) -> "Standing":
        """Return whether agents may read it to callers today."""
        if self.published_at is None:
            return Standing.DRAFT
        if self.valid_from is not None and today < self.valid_from:
            return Standing.NOT_YET
        if self.valid_until is not None and today > self.valid_until:
            return Standing.OVER
        return Standing.VALID


class Standing(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    NOT_YET = "not_yet"
    VALID = "valid"
    OVER = "over"


MOST_RANKED = 1000
"""Entries that are found twice over, by their titles and anywhere, to be put in order."""
WORDS = ("title", "body", "business", "keywords", "valid_from", "valid_until")
"""What a save can change, beside whether it is published."""


async def search(
    connection: AsyncConnection,
    question: str,
    *,
    now: datetime,
    today: date,
    business: str | None = None,
    drafts: bool = False,
    limit: int = 20,
) -> Sequence[Entry]:
    """Return entries that hold every word of a question, those that hold it in the title first.

    What is valid today comes before what is not yet or no more; of two that hold it alike, the one
    that helped more often. Of a word that is in very many (MOST_RANKED), the newest with it in the
    title and the newest with it anywhere are put in this order. An empty question gives the newest
    entries.

    Small letters and capitals, full and half width, traditional and simplified are the same; % and
    _ are themselves.
    """
    words = words_of(question)
    query = select(KnowledgeRow.__table__)
    if words:
        asked = terms.wanted(words, business=business, drafts=drafts)
        query = query.where(KnowledgeRow.id.in_(await _ids(connection, asked)))
    for word in words:
        query = query.where(or_(*_holding(word)))
    if business is not None:
        query = query.where(or_(KnowledgeRow.business == business, KnowledgeRow.business.is_(None)))
    if not drafts:
        query = query.where(KnowledgeRow.published_at <= now)
    if words:
        query = query.order_by(_out_of_season(today), _rank(words), KnowledgeRow.helped.desc())
    query = query.order_by(KnowledgeRow.updated_at.desc(), KnowledgeRow.id.desc()).limit(limit)
    return [_entry_in(row) for row in (await connection.execute(query)).mappings()]


async def _ids(connection: AsyncConnection, asked: Iterable[Alternatives]) -> set[int]:
    found: set[int] = set()
    for each in asked:
        ids, _ = await finding.keys(connection, terms.TABLE, each, most=MOST_RANKED)
        found.update(ids)
    return found


async def entry(connection: AsyncConnection, entry_id: int) -> Entry | None:
    """Return one entry, a draft too."""
    found = await connection.execute(
        select(KnowledgeRow.__table__).where(KnowledgeRow.id == entry_id)
    )
    row = found.mappings().one_or_none()
    return None if row is None else _entry_in(row)


async def add(connection: AsyncConnection, entry: Entry) -> int:
    """Keep a new entry (in the caller's transaction); return its id, whatever it said before."""
    made = insert(KnowledgeRow).values(_said(entry) | {"version": 1, "helped": 0})
    key = int((await connection.execute(made.returning(KnowledgeRow.id))).scalar_one())
    await terms.keep(connection, [key])
    return key


async def replace(connection: AsyncConnection, before: Entry, after: Entry) -> bool:
    """Replace an entry (in the caller's transaction); what it said before is kept.

    False when somebody saved it since.
    """
    done = await connection.execute(
        update(KnowledgeRow)
        .where(KnowledgeRow.id == before.id, KnowledgeRow.version == before.version)
        .values(_said(after) | {"version": before.version + 1})
        .returning(KnowledgeRow.id)
    )
    if done.first() is None:
        return False
    kept = {"entry_id": before.id, "version": before.version, "said": plain(before)}
    await connection.execute(insert(KnowledgeVersionRow).values(kept))
    await terms.keep(connection, [before.id])
    return True


async def versions(connection: AsyncConnection, entry_id: int) -> Sequence[Entry]:
    """Return what an entry said before each save, newest first."""
    row = KnowledgeVersionRow
    query = select(row.said).where(row.entry_id == entry_id).order_by(row.version.desc())
    found = await connection.execute(query.limit(200))
    return [from_plain(kept) for kept in found.scalars()]


async def helped(
    connection: AsyncConnection, entry_id: int, *, matter: str, by: str, now: datetime
) -> bool:
    """Count that an entry helped in a matter (in the caller's transaction); False: it is counted.

    The entry is not saved by it: nobody's form comes too late.
    """
    values = {"entry_id": entry_id, "matter": matter, "at": now, "by": by}
    made = insertion(table_of(KnowledgeHelpedRow), connection.dialect.name).values(values)
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(KnowledgeHelpedRow.entry_id)
    )
    if done.first() is None:
        return False
    same = KnowledgeRow.updated_at  # what it says is as old as before
    await connection.execute(
        update(KnowledgeRow)
        .where(KnowledgeRow.id == entry_id)
        .values(helped=KnowledgeRow.helped + 1, updated_at=same)
    )
    return True


async def lacking(connection: AsyncConnection, businesses: Mapping[str, date]) -> Sequence[str]:
    """Return for which of these business classes nothing is published that is valid on their day.

    An answer of a new business is in place before it starts (TKT-15).
    """
    found = []
    for name, begins in businesses.items():
        in_place = exists().where(
            KnowledgeRow.business == name,
            KnowledgeRow.published_at.is_not(None),
            or_(KnowledgeRow.valid_from.is_(None), KnowledgeRow.valid_from <= begins),
            or_(KnowledgeRow.valid_until.is_(None), KnowledgeRow.valid_until >= begins),
        )
        if not (await connection.execute(select(in_place))).scalar_one():
            found.append(name)
    return found


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON can keep it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name in Entry.__slots__
        for value in [getattr(entry, name)]
    }


def from_plain(kept: Mapping[str, Any]) -> Entry:
    """Return the entry that `plain` kept."""
    moments = {
        name: datetime.fromisoformat(kept[name]) if kept[name] else None
        for name in ("published_at", "updated_at")
    }
    days = {
        name: date.fromisoformat(kept[name]) if kept[name] else None
        for name in ("valid_from", "valid_until")
    }
    return Entry(**{**kept, **moments, **days})


def _holding(word: str) -> list[Any]:
    row = KnowledgeRow
    columns = (row.sought_title, row.sought_keywords, row.sought_body)
    return [holding(column, word) for column in columns]


def _out_of_season(today: date) -> Any:
    row = KnowledgeRow
    return case((or_(row.valid_from > today, row.valid_until < today), 1), else_=0)


def _rank(words: Sequence[str]) -> Any:
    holding = [_holding(word) for word in words]
    return case(
        (and_(*(each[0] for each in holding)), 0),
        (and_(*(or_(each[0], each[1]) for each in holding)), 1),
        else_=2,
    )


def _said(entry: Entry) -> dict[str, Any]:
    """Return the columns of what an entry says; its version and what it helped are counted."""
    said = {name: getattr(entry, name) for name in Entry.__slots__ if name not in _COUNTED}
    return said | {
        f"sought_{name}": folded(getattr(entry, name)) for name in ("title", "keywords", "body")
    }


_COUNTED = frozenset({"id", "version", "helped"})


def _entry_in(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__slots__})
