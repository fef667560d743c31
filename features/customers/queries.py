"""Owns the customers: what is known of who calls, and which way their calls go (QUE-1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion
from features.customers.tables import CustomerRow


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


async def asked_first(connection: AsyncConnection, identity: str, agent: str) -> None:
    """Note who took a known customer's matter, if nobody has it (QUE-3)."""
    await connection.execute(
        update(CustomerRow)
        .where(CustomerRow.identity == identity, CustomerRow.first_agent.is_(None))
        .values(first_agent=agent)
    )


def customer_in(row: RowMapping) -> Customer:
    """Return the customer that a row of `customers` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Customer.__slots__}
    columns["sort"] = CustomerSort(row["sort"])
    return Customer(**columns)
