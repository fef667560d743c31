"""Writes a department of an order that follows another: it chases, reminds or takes back (TKT-5).

In the caller's transaction, under the ticket's lock. Each such order is decided once, by its key:
also that nothing is written, because the ticket is not with the department any more.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_links import letters, queries, rules
from features.department_links.house import lasts
from features.department_links.queries import Unwritten
from features.department_links.sending import send_with
from features.ticket_life import ordering
from features.ticket_life.orders import Order, OrderKind, OrderState
from features.tickets import history
from features.tickets.acts import Locked
from features.tickets.history import Author
from settings import Settings

WITHDRAWN = "return_sent"
"""The entry of a ticket's history."""


@dataclass(frozen=True, slots=True)
class Told:
    """A letter that goes to a department."""

    order: Order
    address: str


async def tell(
    connection: AsyncConnection,
    found: Locked,
    one: Unwritten,
    settings: Settings,
    *,
    author: Author,
    now: datetime,
) -> Told | None:
    """Queue the letter of an order that follows another; return it. None: there is none."""
    order = next((each for each in found.orders if each.number == one.order_number), None)
    if order is None or await _is_early(connection, found, order, settings, now):
        return None
    address = await queries.address_of(connection, order.department)
    wanted = address if await _is_wanted(connection, found, order) else ""
    if not await queries.keep_letter(connection, one, address=wanted, at=now) or not wanted:
        return None
    if order.kind is OrderKind.RETURN:
        await _say_withdrawn(connection, found, order, address, settings, author=author, now=now)
    elif not await send_with(connection, found, order, address, settings, author=author, now=now):
        return None
    return Told(order, address)


async def _is_early(
    connection: AsyncConnection, found: Locked, order: Order, settings: Settings, now: datetime
) -> bool:
    """Tell whether the order that is chased has its own letter to come: that one goes first."""
    main = ordering.main_order(found.orders)
    if order.kind is OrderKind.RETURN or not _is_about(found, order, main):
        return False
    assert main is not None
    left = main.sent_at is not None and main.sent_at >= now - lasts(settings)
    return left and not await queries.turns(connection, main.number, order.department)


async def _is_wanted(connection: AsyncConnection, found: Locked, order: Order) -> bool:
    """Tell whether a department is to be written to: it has the work, or had a letter about it."""
    if order.kind is OrderKind.RETURN:
        return await queries.turns(connection, order.refers_to or "", order.department) > 0
    return _is_about(found, order, ordering.main_order(found.orders))


def _is_about(found: Locked, order: Order, main: Order | None) -> bool:
    """Tell whether an order hurries the one by which its department has the ticket now."""
    return (
        main is not None
        and main.number == order.refers_to
        and main.state is OrderState.SENT
        and rules.is_with(found.ticket, order.department)
    )


async def _say_withdrawn(
    connection: AsyncConnection,
    found: Locked,
    order: Order,
    address: str,
    settings: Settings,
    *,
    author: Author,
    now: datetime,
) -> None:
    await letters.write(
        connection,
        found,
        order,
        address,
        settings,
        link=None,
        author=author,
        once=f"order {order.number}",
        now=now,
    )
    await history.add(
        connection,
        found.id,
        found.ticket,
        found.ticket,
        what=WITHDRAWN,
        author=author,
        now=now,
        order=order.number,
        said={"department": order.department, "address": address},
    )
