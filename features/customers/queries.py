"""Queries of customers: who calls, and which way their calls go (QUE-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion
from features.customers.tables import CustomerRow

NEXT = timedelta(microseconds=1)
"""A save is at least this much later than the one before: its time tells the two apart."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class CustomerSort(StrEnum):
    NORMAL = "normal"
    LARGE = "large"  # 大客户
    IMPORTANT = "important"  # 重要客户
    DEDICATED = "dedicated"  # 专线客户


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer, known by the telephone number."""

    number: str
    """As it is shown."""
    identity: str
    """What it is known by, however it is written."""
    name: str
    sort: CustomerSort
    note: str
    first_agent: str | None
    """Account number of who was asked first and keeps the customer's matters (QUE-3)."""
    updated_at: datetime
    updated_by: str
    """Account number, or a token's label."""
    area: str = ""
    """Where the customer lives: whom an emergency notification concerns (CBK-5)."""


async def customer(connection: AsyncConnection, identity: str) -> Customer | None:
    """Return what is known of a number by its identity, None when nothing is."""
    if not identity:
        return None
    found = await connection.execute(
        select(CustomerRow.__table__).where(CustomerRow.identity == identity)
    )
    row = found.mappings().one_or_none()
    return None if row is None else customer_in(row)


async def keep(connection: AsyncConnection, customer: Customer) -> None:
    """Keep a customer, or replace what was known (in the caller's transaction)."""
    values = {name: getattr(customer, name) for name in Customer.__slots__}
    made = insertion(CustomerRow.__table__, connection.dialect.name).values(values)  # type: ignore[arg-type]
    fresh = {name: value for name, value in values.items() if name != "identity"}
    await connection.execute(made.on_conflict_do_update(index_elements=["identity"], set_=fresh))


async def save(connection: AsyncConnection, customer: Customer, *, seen: datetime | None) -> bool:
    """Keep a customer of whom nothing was known (`seen` is None), or who was last saved at `seen`.

    False: somebody else saved it since (in the caller's transaction, as all of these).
    """
    values = {name: getattr(customer, name) for name in Customer.__slots__}
    if seen is None:
        made = insertion(CustomerRow.__table__, connection.dialect.name).values(values)  # type: ignore[arg-type]
        done = await connection.execute(
            made.on_conflict_do_nothing().returning(CustomerRow.identity)
        )
        return done.first() is not None
    done = await connection.execute(
        update(CustomerRow)
        .where(CustomerRow.identity == customer.identity, CustomerRow.updated_at == seen)
        .values(values)
        .returning(CustomerRow.identity)
    )
    return done.first() is not None


async def asked_first(
    connection: AsyncConnection, identity: str, agent: str, *, now: datetime
) -> None:
    """Note who took a known customer's matter, if nobody has it (QUE-3).

    It is a save like any other: a form that was opened before it does not overwrite it.
    """
    nobodys = (CustomerRow.identity == identity, CustomerRow.first_agent.is_(None))
    read = select(CustomerRow.updated_at).where(*nobodys).with_for_update()
    saved_at: datetime | None = (await connection.execute(read)).scalar_one_or_none()
    if saved_at is not None:
        when = max(now, saved_at + NEXT)
        await connection.execute(
            update(CustomerRow)
            .where(*nobodys)
            .values(first_agent=agent, updated_at=when, updated_by=agent)
        )


def customer_in(row: RowMapping) -> Customer:
    """Return the customer that a row of `customers` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Customer.__slots__}
    columns["sort"] = CustomerSort(row["sort"])
    return Customer(**columns)


async def like(
    connection: AsyncConnection, piece: str, *, identity: str = "", limit: int
) -> list[Customer]:
    """Return customers whose number, name or area holds a piece of text; whole numbers first.

    `identity` is what the text is known by as a number, however it is written.
    """
    row = CustomerRow
    texts = (row.number, row.name, row.area)
    holds = or_(*(each.icontains(piece, autoescape=True) for each in texts))
    if identity:
        holds = or_(holds, row.identity == identity)
    query = select(row.__table__).where(holds)
    whole_first = query.order_by(row.identity != identity, row.number).limit(limit)
    found = await connection.execute(whole_first)
    return [customer_in(each) for each in found.mappings()]


async def living_in(
    connection: AsyncConnection, area: str, *, sort: CustomerSort | None, limit: int
) -> Sequence[tuple[str, str, str]]:
    """Return name, area and number of the customers of an area (or a piece of its name; empty: of
    all) and a sort, by area.
    """
    query = select(CustomerRow.name, CustomerRow.area, CustomerRow.number)
    if area:
        query = query.where(CustomerRow.area.contains(area, autoescape=True))
    if sort is not None:
        query = query.where(CustomerRow.sort == sort.value)
    found = await connection.execute(
        query.order_by(CustomerRow.area, CustomerRow.number).limit(limit)
    )
    return [(name, where, number) for name, where, number in found]


async def areas(connection: AsyncConnection, *, limit: int = 500) -> Sequence[tuple[str, int]]:
    """Return the areas of customers, and how many customers each has."""
    row = CustomerRow
    found = await connection.execute(
        select(row.area, func.count()).group_by(row.area).order_by(row.area).limit(limit)
    )
    return [(area, count) for area, count in found]
