"""Queries of links to departments: one with its ticket, the last of a ticket, orders without one.

Changes nothing but by `keep`, `renew` and `keep_letter`, in the caller's transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.department_links import rules
from features.department_links.rules import Link
from features.department_links.tables import DepartmentLetterRow, DepartmentLinkRow
from features.departments import queries as departments
from features.departments.references import DEPARTMENT
from features.ticket_life.orders import MAIN, Order, OrderKind, OrderState
from features.tickets import acts, queries
from features.tickets.lifecycle import Ticket
from features.tickets.references import ORDER, TICKET
from permissions.scopes import Reach, Scope

FOLLOWING: Final = frozenset(OrderKind) - MAIN
"""Orders that chase, remind or take back one that was sent before."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link opens."""

    link: Link
    ticket: Ticket
    orders: Sequence[Order]
    reach: Reach
    """That of the department: its page and its link show the same."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """An order that left for a department with an address, of which nothing was written yet."""

    ticket_id: int
    number: str
    """The ticket's."""
    order_number: str
    department: str


async def link(connection: AsyncConnection, link_id: str) -> Link | None:
    """Return a link by its number."""
    return await _one(connection, select(_TABLE).where(_ROW.id == link_id))


async def last(connection: AsyncConnection, ticket_id: int) -> Link | None:
    """Return the link of a ticket that was sent last."""
    newest = (_ROW.made_at.desc(), _ROW.turn.desc())
    query = select(_TABLE).where(_ROW.ticket_id == ticket_id).order_by(*newest).limit(1)
    return await _one(connection, query)


async def last_of_number(connection: AsyncConnection, number: str) -> Link | None:
    """Return the link that was sent last, by its ticket's number."""
    key = await connection.scalar(select(TICKET.c.id).where(TICKET.c.number == number))
    return None if key is None else await last(connection, key)


async def opened(connection: AsyncConnection, link_id: str, now: datetime) -> Opened | None:
    """Return what a link opens now; None: it is void, or there is none."""
    known = await link(connection, link_id)
    if known is None:
        return None
    number = (await queries.numbers_by_id(connection, [known.ticket_id])).get(known.ticket_id, "")
    reach = Reach(scope=Scope.DEPARTMENT, department=known.department)
    ticket = await queries.ticket(connection, number, reach=reach)
    if ticket is None:
        return None
    orders = await acts.orders_of(connection, known.ticket_id)
    address = await address_of(connection, known.department)
    if not rules.is_good(known, ticket, orders, address=address, now=now):
        return None
    return Opened(known, ticket, orders, reach)


async def address_of(connection: AsyncConnection, department: str) -> str:
    """Return the e-mail address of a department; empty: it has none."""
    known = await departments.department(connection, department)
    return known.email if known else ""


async def unlinked(
    connection: AsyncConnection, *, since: datetime, limit: int
) -> Sequence[Unwritten]:
    """Return orders that left since a moment, are with their department, and have no link yet."""
    order, ticket = ORDER.c, TICKET.c
    has_link = exists().where(
        _ROW.order_number == order.number, _ROW.department == order.department
    )
    query = _left(MAIN, since).where(ticket.department == order.department, ~has_link)
    found = await connection.execute(query.limit(limit))
    return [Unwritten(*row) for row in found]


async def untold(
    connection: AsyncConnection, *, since: datetime, limit: int
) -> Sequence[Unwritten]:
    """Return orders that follow another, left since a moment, and of which nothing was decided."""
    is_told = exists().where(DepartmentLetterRow.order_number == ORDER.c.number)
    query = _left(FOLLOWING, since).where(~is_told).limit(limit)
    return [Unwritten(*row) for row in await connection.execute(query)]


async def keep(connection: AsyncConnection, given: Link) -> bool:
    """Keep a new link, which voids those before it; False: somebody else has sent this one."""
    values = {name: getattr(given, name) for name in Link.__slots__}
    made = insertion(table_of(_ROW), connection.dialect.name).values(values)
    done = await connection.execute(made.on_conflict_do_nothing().returning(_ROW.id))
    if done.first() is None:
        return False
    await connection.execute(
        update(_ROW)
        .where(_ROW.ticket_id == given.ticket_id, _ROW.id != given.id, _ROW.revoked_at.is_(None))
        .values(revoked_at=given.made_at)
    )
    return True


async def turns(connection: AsyncConnection, order_number: str, department: str) -> int:
    """Return how often a link was sent for an order at a department."""
    query = select(func.max(_ROW.turn)).where(
        _ROW.order_number == order_number, _ROW.department == department
    )
    return (await connection.scalar(query)) or 0


async def renew(connection: AsyncConnection, link_id: str, ends_at: datetime) -> None:
    """Have a link that is sent again last until then."""
    await connection.execute(update(_ROW).where(_ROW.id == link_id).values(ends_at=ends_at))


async def keep_letter(
    connection: AsyncConnection, one: Unwritten, *, address: str, at: datetime
) -> bool:
    """Keep that an order's letter goes to an address, empty: nowhere; False: it is kept already."""
    made = insertion(table_of(DepartmentLetterRow), connection.dialect.name).values(
        order_number=one.order_number, department=one.department, address=address, at=at
    )
    number = DepartmentLetterRow.order_number
    done = await connection.execute(made.on_conflict_do_nothing().returning(number))
    return done.first() is not None


_ROW = DepartmentLinkRow
_TABLE = DepartmentLinkRow.__table__


def _left(kinds: Collection[OrderKind], since: datetime) -> Select[Any]:
    """Return the query of orders that left since then for departments that have an address."""
    order, ticket = ORDER.c, TICKET.c
    return (
        select(ticket.id, ticket.number, order.number, order.department)
        .join_from(ORDER, TICKET, ticket.id == order.ticket_id)
        .join(DEPARTMENT, DEPARTMENT.c.name == order.department)
        .where(
            order.state == OrderState.SENT.value,
            order.kind.in_(sorted(kind.value for kind in kinds)),
            order.sent_at >= since,
            DEPARTMENT.c.email != "",
        )
        .order_by(order.sent_at)
    )


async def _one(connection: AsyncConnection, query: Select[tuple[object]]) -> Link | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _link_in(row)


def _link_in(row: RowMapping) -> Link:
    return Link(**{name: row[name] for name in Link.__slots__})
