"""Writes letters to departments and queues them, in the caller's transaction."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_links import rules
from features.department_links.rules import Link
from features.department_links.texts import EDITED_AS, Said, letter_text
from features.ticket_classes.texts import text_for
from features.ticket_life.orders import Order, OrderKind
from features.ticket_mail import outgoing
from features.ticket_mail.lifecycle import MailKind
from features.ticket_mail.outgoing import Wanted
from features.tickets.acts import Locked
from features.tickets.history import Author
from settings import Settings


async def write(
    connection: AsyncConnection,
    found: Locked,
    order: Order,
    address: str,
    settings: Settings,
    *,
    link: Link | None,
    author: Author,
    once: str,
    now: datetime,
) -> None:
    """Queue the letter on an order; `once` is the same for what is one letter."""
    use = EDITED_AS.get(order.kind, "")
    edited = await text_for(connection, use) if use else ""
    said = _said(found, order, settings, link)
    subject, body = letter_text(settings.language, said, edited)
    await outgoing.queue(
        connection,
        Wanted(kind=MailKind.NOTICE, to=address, subject=subject, body=body),
        ticket_id=found.id,
        host=settings.mail_host,
        node=settings.node,
        now=now,
        account_id=author.account_id,
        token_id=author.token_id,
        once=once,
    )


def _said(found: Locked, order: Order, settings: Settings, link: Link | None) -> Said:
    main = order.refers_to or order.number
    if link is not None:
        main = link.order_number
    deadlines = {one.number: one.deadline for one in found.orders}
    due = deadlines.get(main) or found.ticket.deadline
    return Said(
        kind=order.kind,
        number=order.number,
        order=main,
        ticket=found.ticket.number,
        department=order.department,
        due=_minute(due, settings),
        urgent=found.ticket.urgent and order.kind is not OrderKind.RETURN,
        link=rules.placeholder(link.id) if link else "",
        ends=_minute(link.ends_at if link else None, settings),
        company=settings.company,
    )


def _minute(at: datetime | None, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}" if at else ""
