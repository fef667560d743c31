"""What tickets are sorted by, and what each class was before (in the caller's transaction)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.ticket_classes.tables import TicketClassRow, TicketClassVersionRow

NEXT: Final = timedelta(microseconds=1)


class Sort(StrEnum):
    """What is sorted by a class."""

    BUSINESS = "business"  # TKT-1
    NATURE = "nature"  # TKT-1
    COMPLAINT = "complaint"  # TKT-9
    CLOSING = "closing"  # how a ticket ended (TKT-8)
    MAIL = "mail"  # texts of e-mails


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClass:
    """One class."""

    id: int = 0
    sort: Sort
    name: str
    """As tickets keep it."""
    english: str
    text: str
    use: str = ""
    """Of an e-mail's words: where they are used; nobody edits it."""
    begins_on: date | None
    retired: bool
    place: int
    version: int
    updated_at: datetime
    updated_by: str

    def valid(self, today: date) -> bool:
        """Tell whether it can be chosen."""
        return not self.retired and (self.begins_on is None or self.begins_on <= today)


_SAID = ("sort", "name", "english", "text", "begins_on", "retired", "place")


def said(of: TicketClass) -> Mapping[str, object]:
    """Return what a class says, whoever saved it and when."""
    return {name: getattr(of, name) for name in _SAID}


async def every(connection: AsyncConnection, sort: Sort | None = None) -> Sequence[TicketClass]:
    """Return all classes, or those of one sort, in their order; retired ones at the end."""
    row = TicketClassRow
    query = select(row.__table__).order_by(row.sort, row.retired, row.place, row.id)
    if sort is not None:
        query = query.where(row.sort == sort.value)
    return [_class_in(each) for each in (await connection.execute(query)).mappings()]


async def one(connection: AsyncConnection, class_id: int) -> TicketClass | None:
    """Return a class."""
    query = select(TicketClassRow.__table__).where(TicketClassRow.id == class_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _class_in(row)


async def valid(connection: AsyncConnection, sort: Sort, today: date) -> Sequence[str]:
    """Return the names that can be chosen today, in their order."""
    row = TicketClassRow
    found = await connection.execute(
        select(row.name)
        .where(row.sort == sort.value, row.retired.is_(False))
        .where(or_(row.begins_on.is_(None), row.begins_on <= today))
        .order_by(row.place, row.id)
    )
    return list(found.scalars())


async def beginning(
    connection: AsyncConnection, today: date, *, within: timedelta
) -> Sequence[TicketClass]:
    """Return the business classes that begin in the next days, or began in the last ones."""
    row = TicketClassRow
    found = await connection.execute(
        select(row.__table__)
        .where(row.sort == Sort.BUSINESS.value, row.retired.is_(False))
        .where(row.begins_on >= today - within, row.begins_on <= today + within)
        .order_by(row.begins_on, row.id)
    )
    return [_class_in(each) for each in found.mappings()]


async def add(connection: AsyncConnection, fresh: TicketClass) -> int | None:
    """Keep a new class at the end of its sort; None: there is one of this name."""
    row = TicketClassRow
    last = select(func.coalesce(func.max(row.place), -1)).where(row.sort == fresh.sort.value)
    place = int((await connection.execute(last)).scalar_one()) + 1
    values = _columns(fresh) | {"place": place}
    made = insertion(table_of(row), connection.dialect.name).values(values)
    done = await connection.execute(made.on_conflict_do_nothing().returning(row.id))
    return done.scalar_one_or_none()


async def replace(connection: AsyncConnection, before: TicketClass, after: TicketClass) -> bool:
    """Replace a class; False: somebody saved it since. Another one of its name: IntegrityError."""
    done = await connection.execute(
        update(TicketClassRow)
        .where(TicketClassRow.id == before.id, TicketClassRow.version == before.version)
        .values(_columns(after))
        .returning(TicketClassRow.id)
    )
    if done.first() is None:
        return False
    kept = asdict(before) | {
        "sort": before.sort.value,
        "begins_on": before.begins_on.isoformat() if before.begins_on else None,
        "updated_at": before.updated_at.isoformat(),
    }
    version = {"class_id": before.id, "version": before.version, "said": kept}
    await connection.execute(insert(TicketClassVersionRow).values(version))
    return True


async def of_name(connection: AsyncConnection, sort: Sort, name: str) -> int | None:
    """Return the id of the class that has a name."""
    row = TicketClassRow
    query = select(row.id).where(row.sort == sort.value, row.name == name)
    return (await connection.execute(query)).scalar_one_or_none()


async def versions(connection: AsyncConnection, class_id: int) -> Sequence[TicketClass]:
    """Return what a class was before each save, newest first."""
    row = TicketClassVersionRow
    query = select(row.said).where(row.class_id == class_id).order_by(row.version.desc())
    found = await connection.execute(query.limit(200))
    return [_class_said(kept) for kept in found.scalars()]


def _columns(of: TicketClass) -> dict[str, Any]:
    return {name: each for name, each in asdict(of).items() if name != "id"} | {
        "sort": of.sort.value
    }


def _class_in(row: RowMapping) -> TicketClass:
    return TicketClass(**{**row, "sort": Sort(row["sort"])})


def _class_said(kept: Mapping[str, Any]) -> TicketClass:
    begins = kept["begins_on"]
    return TicketClass(
        **{
            **kept,
            "sort": Sort(kept["sort"]),
            "begins_on": date.fromisoformat(begins) if begins else None,
            "updated_at": datetime.fromisoformat(kept["updated_at"]),
        }
    )
