"""Reads and keeps views of the ticket list, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.accounts.references import PERSON
from features.ticket_views.rules import (
    NOTHING_CHOSEN,
    Choice,
    Column,
    Shared,
    View,
    Viewer,
    columns_of,
    in_order,
)
from features.ticket_views.tables import TicketViewChoiceRow, TicketViewRow

_ROW = TicketViewRow


def _views() -> Select[Any]:
    owner = PERSON.c.number.label("owner")
    return select(_ROW.__table__, owner).join(PERSON, PERSON.c.id == _ROW.account_id)


async def seen(connection: AsyncConnection, who: Viewer) -> Sequence[View]:
    """Return the views that somebody may use, in that person's order."""
    ways = [_ROW.account_id == who.account_id, _ROW.shared == Shared.EVERYBODY.value]
    ways += [
        and_(_ROW.shared == shared.value, _ROW.shared_with == name)
        for shared in (Shared.ROLE, Shared.TEAM, Shared.DEPARTMENT)
        if (name := who.shares_as(shared))
    ]
    found = await connection.execute(_views().where(or_(*ways), _ROW.deleted_at.is_(None)))
    views = [_view_in(row) for row in found.mappings()]
    return in_order(views, await choice(connection, who.account_id))


async def one(connection: AsyncConnection, view_id: int, *, lock: bool = False) -> View | None:
    """Return a view, a deleted one too; `lock`: nobody else changes it until the end."""
    query = _views().where(_ROW.id == view_id)
    if lock:
        query = query.with_for_update(of=_ROW)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _view_in(row)


async def deleted(connection: AsyncConnection, account_id: int, since: datetime) -> Sequence[View]:
    """Return the views that somebody has deleted since, the last one first."""
    query = _views().where(_ROW.account_id == account_id, _ROW.deleted_at >= since)
    found = await connection.execute(query.order_by(_ROW.deleted_at.desc(), _ROW.id))
    return [_view_in(row) for row in found.mappings()]


async def count(connection: AsyncConnection, account_id: int) -> int:
    """Return how many views somebody has."""
    query = select(func.count()).where(_ROW.account_id == account_id, _ROW.deleted_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def of_name(connection: AsyncConnection, account_id: int, name: str) -> int | None:
    """Return the id of somebody's view of a name."""
    query = select(_ROW.id).where(
        _ROW.account_id == account_id, _ROW.name == name, _ROW.deleted_at.is_(None)
    )
    return (await connection.execute(query)).scalar_one_or_none()


async def add(connection: AsyncConnection, fresh: View) -> int | None:
    """Keep a new view; None: its owner has one of this name."""
    made = insertion(table_of(_ROW), connection.dialect.name).values(_columns(fresh))
    done = await connection.execute(made.on_conflict_do_nothing().returning(_ROW.id))
    return done.scalar_one_or_none()


async def replace(connection: AsyncConnection, after: View) -> None:
    """Keep what a view says now; it is locked."""
    await connection.execute(update(_ROW).where(_ROW.id == after.id).values(_columns(after)))


async def forget(connection: AsyncConnection, account_id: int, before: datetime) -> None:
    """Have somebody's views that were deleted before a moment be gone for good."""
    await connection.execute(
        delete(_ROW).where(_ROW.account_id == account_id, _ROW.deleted_at < before)
    )


async def choice(connection: AsyncConnection, account_id: int | None) -> Choice:
    """Return how somebody has the views."""
    row = TicketViewChoiceRow
    query = select(row.first, row.places).where(row.account_id == account_id)
    found = (await connection.execute(query)).one_or_none()
    return NOTHING_CHOSEN if found is None else Choice(found.first, tuple(found.places))


async def choose(connection: AsyncConnection, account_id: int, choice_: Choice) -> None:
    """Keep how somebody has the views."""
    values = {"first": choice_.first, "places": list(choice_.places)}
    made = insertion(table_of(TicketViewChoiceRow), connection.dialect.name)
    await connection.execute(
        made.values(account_id=account_id, **values).on_conflict_do_update(
            index_elements=["account_id"], set_=values
        )
    )


def _columns(of: View) -> dict[str, Any]:
    values = {name: each for name, each in asdict(of).items() if name not in {"id", "owner"}}
    return values | {
        "shared": of.shared.value,
        "filters": {name: text for name, text in of.filters.items() if text},
        "columns": [each.value for each in of.columns],
    }


def _view_in(row: Mapping[str, Any]) -> View:
    columns: Sequence[Column] = columns_of(row["columns"])
    return View(**{**row, "shared": Shared(row["shared"]), "columns": columns})
