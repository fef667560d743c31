"""Keeps and reads draws and the work list, in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    case,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from db.paging import Page, column_of, narrowed, page
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_samples.rules import Reason
from features.quality_samples.tables import QualityDrawRow, QualityItemRow
from permissions.scopes import Reach, Scope, Thing

_ITEM = QualityItemRow
_AT_ONCE: Final = 100
"""Open items that are looked through for the next one to take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraw:
    """The draw of one day."""

    day: date
    seed: str
    drawn_at: datetime
    drawn_by: str
    quotas: Mapping[str, Any]
    kinds: Sequence[Mapping[str, Any]]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items; every field that is set must hold."""

    state: ItemState | None = None
    inspector: str | None = None
    agent: str | None = None
    day: date | None = None


EVERY_ITEM: Final = ItemFilter()


def within(reach: Reach, column: Any) -> ColumnElement[bool]:
    """Return what is so for what is about the people within a reach; `whose` says it of one."""
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.TEAM:
            return column.in_(sorted({*reach.team, reach.number} - {""}))  # type: ignore[no-any-return]
        case Scope.OWN if reach.number:
            return column == reach.number  # type: ignore[no-any-return]
        case _:
            return false()


def whose(agent: str) -> Thing:
    """Return whose something is that is about an agent's work."""
    return Thing(people=(agent,))


async def keep_draw(connection: AsyncConnection, fresh: KeptDraw) -> bool:
    """Keep the draw of a day; False: it is drawn already, and nothing is kept."""
    row = QualityDrawRow
    made = insertion(table_of(row), connection.dialect.name).values(
        {name: getattr(fresh, name) for name in KeptDraw.__slots__}
    )
    done = await connection.execute(made.on_conflict_do_nothing().returning(row.day))
    return done.first() is not None


async def draw_of(connection: AsyncConnection, day: date) -> KeptDraw | None:
    """Return the draw of a day, None where it is not drawn."""
    query = select(QualityDrawRow.__table__).where(QualityDrawRow.day == day)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else KeptDraw(**row)


async def draws(
    connection: AsyncConnection, *, before: date | None = None, limit: int = 31
) -> Sequence[KeptDraw]:
    """Return the draws of the days before one, the newest first."""
    row = QualityDrawRow
    query = select(row.__table__).order_by(row.day.desc()).limit(limit)
    if before is not None:
        query = query.where(row.day < before)
    return [KeptDraw(**each) for each in (await connection.execute(query)).mappings()]


async def add(connection: AsyncConnection, key: str, fresh: WorkItem) -> int | None:
    """Put something on the work list; None: it is there already. Its id is the database's."""
    names = [name for name in WorkItem.__slots__ if name != "id"]
    values = {name: getattr(fresh, name) for name in names} | {
        "key": key,
        "thing": fresh.thing.value,
        "reason": fresh.reason.value,
        "state": fresh.state.value,
        "signals": list(fresh.signals),
    }
    made = insertion(table_of(_ITEM), connection.dialect.name).values(values)
    done = await connection.execute(made.on_conflict_do_nothing().returning(_ITEM.id))
    return done.scalar_one_or_none()


async def change(connection: AsyncConnection, item_id: int, **values: object) -> None:
    """Change some columns of an item."""
    await connection.execute(update(_ITEM).where(_ITEM.id == item_id).values(values))


async def one(
    connection: AsyncConnection, item_id: int, *, reach: Reach, lock: bool = False
) -> WorkItem | None:
    """Return one item about somebody within a reach; `lock`: until the transaction ends."""
    query = select(_ITEM.__table__).where(_ITEM.id == item_id, within(reach, _ITEM.agent))
    found = await connection.execute(query.with_for_update() if lock else query)
    row = found.mappings().one_or_none()
    return None if row is None else _item_in(row)


async def items(
    connection: AsyncConnection,
    wanted: ItemFilter = EVERY_ITEM,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[WorkItem]:
    """Return a page of the work list, what came last first."""
    return await page(
        connection,
        _which(wanted).where(within(reach, _ITEM.agent)),
        order=(column_of(_ITEM.made_at), column_of(_ITEM.id)),
        limit=limit,
        cursor=cursor,
        read=_item_in,
    )


async def taken_by(connection: AsyncConnection, inspector: str) -> Sequence[WorkItem]:
    """Return what somebody has taken and not submitted, in the order of the taking."""
    query = (
        select(_ITEM.__table__)
        .where(_ITEM.inspector == inspector, _ITEM.state == ItemState.TAKEN.value)
        .order_by(_ITEM.made_at, _ITEM.id)
        .limit(_AT_ONCE)
    )
    return [_item_in(row) for row in (await connection.execute(query)).mappings()]


async def open_for(
    connection: AsyncConnection, inspector: str, *, reach: Reach
) -> Sequence[WorkItem]:
    """Return what somebody may take next, what waits longest first. Live ones are chosen."""
    mine = select(_ITEM.twin).where(_ITEM.inspector == inspector, _ITEM.twin.is_not(None))
    query = (
        select(_ITEM.__table__)
        .where(
            _ITEM.state == ItemState.OPEN.value,
            _ITEM.thing != ItemThing.LIVE.value,
            _ITEM.session_id.is_(None),
            _ITEM.agent != inspector,
            or_(_ITEM.twin.is_(None), _ITEM.id.not_in(mine)),
            within(reach, _ITEM.agent),
        )
        .order_by(_ITEM.made_at, _ITEM.id)
        .limit(_AT_ONCE)
    )
    return [_item_in(row) for row in (await connection.execute(query)).mappings()]


async def live_for(
    connection: AsyncConnection, *, inspector: str, monday: date, reach: Reach
) -> Sequence[WorkItem]:
    """Return the live listenings of a week that somebody may still make, the own ones first."""
    own = _ITEM.inspector == inspector
    query = (
        select(_ITEM.__table__)
        .where(
            _ITEM.day >= monday,
            _ITEM.day < monday + timedelta(days=7),
            _ITEM.thing == ItemThing.LIVE.value,
            _ITEM.subject == "",
            or_(_ITEM.state == ItemState.OPEN.value, _ITEM.state == ItemState.TAKEN.value),
            or_(_ITEM.inspector.is_(None), own),
            _ITEM.agent != inspector,
            within(reach, _ITEM.agent),
        )
        .order_by(case((own, 0), else_=1), _ITEM.id)
    )
    return [_item_in(row) for row in (await connection.execute(query)).mappings()]


async def twin_of(connection: AsyncConnection, item: WorkItem) -> WorkItem | None:
    """Return the other turn of an item, None when it is scored once."""
    if item.twin is None:
        return None
    query = select(_ITEM.__table__).where(_ITEM.id == item.twin)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _item_in(row)


async def take(connection: AsyncConnection, item_id: int, inspector: str, now: datetime) -> bool:
    """Keep that somebody has an open item; False: somebody else was first."""
    done = await connection.execute(
        update(_ITEM)
        .where(_ITEM.id == item_id, _ITEM.state == ItemState.OPEN.value)
        .values(state=ItemState.TAKEN.value, inspector=inspector, taken_at=now)
        .returning(_ITEM.id)
    )
    return done.first() is not None


async def progress(
    connection: AsyncConnection, since: date, until: date, *, reach: Reach
) -> Mapping[tuple[str, str], int]:
    """Return how many items of some days stand how, by what they are and their state."""
    query = (
        select(_ITEM.thing, _ITEM.state, func.count())
        .where(_ITEM.day >= since, _ITEM.day < until, within(reach, _ITEM.agent))
        .group_by(_ITEM.thing, _ITEM.state)
    )
    return {(row[0], row[1]): row[2] for row in await connection.execute(query)}


async def of_days(connection: AsyncConnection, since: date, until: date) -> Sequence[WorkItem]:
    """Return every item of the first turn of some days, but those of calibrations."""
    query = (
        select(_ITEM.__table__)
        .where(_ITEM.day >= since, _ITEM.day < until)
        .where(_ITEM.turn == 1, _ITEM.session_id.is_(None))
    )
    return [_item_in(row) for row in (await connection.execute(query)).mappings()]


async def miss_live(connection: AsyncConnection, monday: date, now: datetime) -> int:
    """Keep that the live listenings of a week that were not made will not be; return how many."""
    done = await connection.execute(
        update(_ITEM)
        .where(
            _ITEM.day >= monday,
            _ITEM.day < monday + timedelta(days=7),
            _ITEM.thing == ItemThing.LIVE.value,
            _ITEM.subject == "",
            _ITEM.state.in_([ItemState.OPEN.value, ItemState.TAKEN.value]),
        )
        .values(state=ItemState.MISSED.value, done_at=now)
        .returning(_ITEM.id)
    )
    return len(done.all())


async def count_open(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many items nobody has taken."""
    query = select(func.count()).where(_ITEM.state == ItemState.OPEN.value)
    return int((await connection.execute(query)).scalar_one())


async def by_ids(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, WorkItem]:
    """Return items by their ids."""
    query = select(_ITEM.__table__).where(_ITEM.id.in_(sorted(ids)))
    found = [_item_in(row) for row in (await connection.execute(query)).mappings()]
    return {each.id: each for each in found}


async def of_session(connection: AsyncConnection, session_id: int) -> Sequence[WorkItem]:
    """Return the items of a calibration, one of each inspector."""
    query = select(_ITEM.__table__).where(_ITEM.session_id == session_id).order_by(_ITEM.id)
    return [_item_in(row) for row in (await connection.execute(query)).mappings()]


def _which(wanted: ItemFilter) -> Select[Any]:
    query = narrowed(
        select(_ITEM.__table__),
        (_ITEM.state, wanted.state),
        (_ITEM.inspector, wanted.inspector),
        (_ITEM.agent, wanted.agent),
    )
    return query if wanted.day is None else query.where(_ITEM.day == wanted.day)


def _item_in(row: RowMapping) -> WorkItem:
    values = {name: row[name] for name in WorkItem.__slots__}
    return WorkItem(
        **{
            **values,
            "thing": ItemThing(row["thing"]),
            "reason": Reason(row["reason"]),
            "state": ItemState(row["state"]),
            "signals": tuple(row["signals"]),
        }
    )
