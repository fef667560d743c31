"""Queries of departments: by name, all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.departments.tables import DepartmentRow

NEXT = timedelta(microseconds=1)
"""A save is at least this much later than the one before: its time tells the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One department."""

    name: str
    name_en: str = ""
    active: bool = True
    hours: int = 0
    """Office hours that it has for an order; 0: as the house says."""
    office: str = ""
    """Its own office hours, `08:00-17:00`; empty: those of the house."""
    holidays: str = ""
    """Its own changes to the holidays; empty: those of the house."""
    phone: str = ""
    """Its telephone, rung when it is late; empty: it is not rung."""
    email: str = ""
    """Where each order for it is sent, with a link to answer by; empty: nowhere."""
    updated_at: datetime
    updated_by: str


async def department(connection: AsyncConnection, name: str) -> Department | None:
    """Return a department by its name; None: nobody has written one down with this name."""
    row = DepartmentRow
    found = await connection.execute(select(row.__table__).where(row.name == name))
    one = found.mappings().one_or_none()
    return None if one is None else _department_in(one)


async def departments(connection: AsyncConnection) -> Sequence[Department]:
    """Return every department, those first to which something may be dispatched."""
    row = DepartmentRow
    found = await connection.execute(
        select(row.__table__).order_by(row.active.desc(), row.name).limit(_MOST)
    )
    return [_department_in(each) for each in found.mappings()]


_MOST = 1000


async def save(connection: AsyncConnection, given: Department, *, seen: datetime | None) -> bool:
    """Keep a new department (`seen` is None), or one that was last saved at `seen`.

    False: there is one with this name, or somebody saved it since.
    """
    values = {name: getattr(given, name) for name in Department.__slots__}
    row = DepartmentRow
    if seen is None:
        made = insertion(table_of(row), connection.dialect.name).values(values)
        done = await connection.execute(made.on_conflict_do_nothing().returning(row.name))
    else:
        same = (row.name == given.name, row.updated_at == seen)
        done = await connection.execute(update(row).where(*same).values(values).returning(row.name))
    return done.first() is not None


def _department_in(row: RowMapping) -> Department:
    return Department(**{name: row[name] for name in Department.__slots__})
