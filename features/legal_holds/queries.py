"""Queries of legal holds, and what keeps them; in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, RowMapping, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, narrowed, page
from features.calls.references import CALL
from features.legal_holds.lifecycle import Hold, Thing
from features.legal_holds.tables import LegalHoldRow
from features.tickets.references import TICKET

_ROW = LegalHoldRow


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFilter:
    """Which holds; every field that is set must hold; times are those of the putting."""

    thing: Thing | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_HOLD: Final = HoldFilter()


async def holds(
    connection: AsyncConnection,
    wanted: HoldFilter = EVERY_HOLD,
    *,
    limit: int,
    cursor: str | None = None,
) -> Page[Hold]:
    """Return a page of holds, the newest first."""
    query = narrowed(select(_ROW.__table__), (_ROW.thing, wanted.thing))
    at = column_of(_ROW.put_at)
    return await page(
        connection,
        between(query, at, wanted.since, wanted.until),
        order=(at, column_of(_ROW.id)),
        limit=limit,
        cursor=cursor,
        read=hold_in,
    )


async def one(connection: AsyncConnection, hold_id: int, *, lock: bool = False) -> Hold | None:
    """Return one hold."""
    query = select(_ROW.__table__).where(_ROW.id == hold_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else hold_in(row)


async def standing(connection: AsyncConnection, now: datetime) -> Sequence[Hold]:
    """Return every hold that stands at a moment, the oldest first."""
    query = select(_ROW.__table__).where(*_stands(now)).order_by(_ROW.id)
    return [hold_in(row) for row in (await connection.execute(query)).mappings()]


async def on(
    connection: AsyncConnection, now: datetime, subjects: Mapping[Thing, Collection[str]]
) -> Sequence[Hold]:
    """Return what stands on one of these calls, tickets or numbers itself, the oldest first."""
    named = [
        and_(_ROW.thing == thing.value, _ROW.subject.in_(each))
        for thing, some in subjects.items()
        if (each := sorted(filter(None, some)))
    ]
    if not named:
        return []
    query = select(_ROW.__table__).where(or_(*named), *_stands(now)).order_by(_ROW.id)
    return [hold_in(row) for row in (await connection.execute(query)).mappings()]


async def is_there(connection: AsyncConnection, thing: Thing, subject: str) -> bool:
    """Tell whether there is such a call or ticket; a number needs no row."""
    if thing is Thing.NUMBER:
        return True
    query = (
        select(CALL.c.id).where(CALL.c.id == subject)
        if thing is Thing.CALL
        else select(TICKET.c.id).where(TICKET.c.number == subject)
    )
    return (await connection.execute(query)).first() is not None


async def add(connection: AsyncConnection, fresh: Hold) -> Hold:
    """Keep a hold; return it with its number."""
    values = {name: getattr(fresh, name) for name in Hold.__slots__ if name != "id"}
    done = await connection.execute(insert(_ROW).values(values).returning(_ROW.id))
    return replace(fresh, id=int(done.scalar_one()))


async def lift(
    connection: AsyncConnection, hold_id: int, *, at: datetime, by: str, why: str
) -> None:
    """Keep that a hold stands no more."""
    values = {"lifted_at": at, "lifted_by": by, "lifted_why": why}
    await connection.execute(update(_ROW).where(_ROW.id == hold_id).values(values))


def hold_in(row: RowMapping) -> Hold:
    """Return a row as a hold."""
    said = {name: row[name] for name in Hold.__slots__}
    return Hold(**{**said, "thing": Thing(said["thing"])})


def _stands(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _ROW.lifted_at.is_(None), or_(_ROW.ends_at.is_(None), _ROW.ends_at > now)
