"""Sends a department the link to its order, in the caller's transaction, under the ticket's lock.

The letter is kept with a placeholder: who sends it puts the signed link in (`with_links`), so no
row, page or backup of the database has a link that opens something.
"""

import secrets
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_links import queries, rules
from features.department_links.house import lasts
from features.department_links.rules import Link
from features.department_links.texts import Said, letter_text
from features.ticket_life import ordering
from features.ticket_life.orders import Order, OrderState
from features.ticket_mail import outgoing
from features.ticket_mail.lifecycle import MailKind
from features.ticket_mail.outgoing import Wanted
from features.tickets import history
from features.tickets.acts import Locked
from features.tickets.history import Author
from features.tickets.lifecycle import Ticket
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
    turns = await queries.turns(connection, main.number, ticket.department)
    link = Link(
        id=secrets.token_hex(rules.ID_BYTES),
        ticket_id=found.id,
        order_number=main.number,
        department=ticket.department,
        address=address,
        turn=turns + 1,
        made_at=now,
        ends_at=now + lasts(settings),
    )
    if not await queries.keep(connection, link):
        return None
    await _write(connection, link, ticket, main, settings, author)
    await history.add(
        connection,
        found.id,
        ticket,
        ticket,
        what=SENT,
        author=author,
        now=now,
        order=main.number,
        said={"department": link.department, "address": address},
    )
    return link


async def _write(
    connection: AsyncConnection,
    link: Link,
    ticket: Ticket,
    main: Order,
    settings: Settings,
    author: Author,
) -> None:
    zone, deadline = settings.zone, main.deadline or ticket.deadline
    subject, body = letter_text(
        settings.language,
        Said(
            order=link.order_number,
            department=link.department,
            deadline=f"{deadline.astimezone(zone):%Y-%m-%d %H:%M}" if deadline else "",
            urgent=ticket.urgent,
            link=rules.placeholder(link.id),
            ends=f"{link.ends_at.astimezone(zone):%Y-%m-%d %H:%M}",
            company=settings.company,
        ),
    )
    await outgoing.queue(
        connection,
        Wanted(kind=MailKind.NOTICE, to=link.address, subject=subject, body=body),
        ticket_id=link.ticket_id,
        host=settings.mail_host,
        node=settings.node,
        now=link.made_at,
        account_id=author.account_id,
        token_id=author.token_id,
        once=f"link {link.id}",
    )


async def with_links(
    connection: AsyncConnection, body: str, *, key: bytes, site: str, now: datetime
) -> str:
    """Return a letter's body as it is sent. Raises ValueError when its link is void by now."""
    for number in rules.links_in(body):
        if await queries.opened(connection, number, now) is None:
            raise ValueError("the link in this letter is void by now")
    return rules.with_links(key, site, body)
