"""Sends a department the link to its order, in the caller's transaction, under the ticket's lock.

The letter is kept with a placeholder: who sends it puts the signed link in (`with_links`), so no
row, page or backup of the database has a link that opens something.
"""

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_links import letters, queries, rules
from features.department_links.house import lasts
from features.department_links.rules import Link
from features.ticket_life import ordering
from features.ticket_life.orders import Order, OrderState
from features.tickets import history
from features.tickets.acts import Locked
from features.tickets.history import Author
from settings import Settings

SENT = "link_sent"
"""The entry of a ticket's history."""


async def send(
    connection: AsyncConnection,
    found: Locked,
    settings: Settings,
    *,
    author: Author,
    now: datetime,
) -> Link | None:
    """Queue a letter with a new link, which voids those before it; return the link.

    None: no order is with a department that has an address.
    """
    ticket, main = found.ticket, ordering.main_order(found.orders)
    if main is None or main.state is not OrderState.SENT:
        return None
    address = await queries.address_of(connection, ticket.department)
    if not address or not rules.is_with(ticket, ticket.department):
        return None
    link = await _drawn(connection, found, main, address, settings, now=now)
    if link is None:
        return None
    await _write(connection, found, main, link, settings, author=author, now=now)
    return link


async def send_with(
    connection: AsyncConnection,
    found: Locked,
    order: Order,
    address: str,
    settings: Settings,
    *,
    author: Author,
    now: datetime,
) -> Link | None:
    """Queue a letter on an order that chases or reminds, with the link to the main one; return it.

    A link that opens the ticket now is the same in this letter, and lasts anew: what somebody types
    behind it is not lost. None: no link could be made.
    """
    main = ordering.main_order(found.orders)
    if main is None:
        return None
    link = await queries.last(connection, found.id)
    if link and rules.is_good(link, found.ticket, found.orders, address=address, now=now):
        link = replace(link, ends_at=now + lasts(settings))
        await queries.renew(connection, link.id, link.ends_at)
    else:
        link = await _drawn(connection, found, main, address, settings, now=now)
    if link is not None:
        await _write(connection, found, order, link, settings, author=author, now=now)
    return link


async def _drawn(
    connection: AsyncConnection,
    found: Locked,
    main: Order,
    address: str,
    settings: Settings,
    *,
    now: datetime,
) -> Link | None:
    """Keep a new link, which voids those before it; None: somebody else has drawn this one."""
    department = found.ticket.department
    turns = await queries.turns(connection, main.number, department)
    link = Link(
        id=secrets.token_hex(rules.ID_BYTES),
        ticket_id=found.id,
        order_number=main.number,
        department=department,
        address=address,
        turn=turns + 1,
        made_at=now,
        ends_at=now + lasts(settings),
    )
    return link if await queries.keep(connection, link) else None


async def _write(
    connection: AsyncConnection,
    found: Locked,
    order: Order,
    link: Link,
    settings: Settings,
    *,
    author: Author,
    now: datetime,
) -> None:
    # a link that is sent again has the same number: the order that is written about tells letters
    about = "" if order.number == link.order_number else f" {order.number}"
    await letters.write(
        connection,
        found,
        order,
        link.address,
        settings,
        link=link,
        author=author,
        once=f"link {link.id}{about}",
        now=now,
    )
    await history.add(
        connection,
        found.id,
        found.ticket,
        found.ticket,
        what=SENT,
        author=author,
        now=now,
        order=order.number,
        said={"department": link.department, "address": link.address},
    )


async def with_links(
    connection: AsyncConnection, body: str, *, key: bytes, site: str, now: datetime
) -> str:
    """Return a letter's body as it is sent. Raises ValueError when its link is void by now."""
    for number in rules.links_in(body):
        if await queries.opened(connection, number, now) is None:
            raise ValueError("the link in this letter is void by now")
    return rules.with_links(key, site, body)
