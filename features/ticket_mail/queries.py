"""Queries of letters: those of a ticket, the queue, one by its id. Changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, column_of, page
from features.ticket_mail.letters import Attachment, Mail, attachment_in, mail_in
from features.ticket_mail.lifecycle import FOR_A_PERSON, OPEN, Direction, MailKind, MailState
from features.ticket_mail.rules import Known
from features.ticket_mail.tables import MailAttachmentRow, TicketMailRow

LONGEST_THREAD = 200
"""Letters of one ticket that are shown; the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFilter:
    """Which letters of ours, or (`unknown`) those to us that belong to no ticket."""

    state: MailState | None = None
    open_only: bool = False
    unknown: bool = False


async def mail(connection: AsyncConnection, mail_id: int) -> Mail | None:
    """Return one letter."""
    query = select(TicketMailRow.__table__).where(TicketMailRow.id == mail_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else mail_in(row)


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> Sequence[Mail]:
    """Return the letters of a ticket, oldest first."""
    newest = (
        select(TicketMailRow.__table__)
        .where(TicketMailRow.ticket_id == ticket_id)
        .order_by(TicketMailRow.at.desc(), TicketMailRow.id.desc())
        .limit(LONGEST_THREAD)
    )
    found = [mail_in(row) for row in (await connection.execute(newest)).mappings()]
    return found[::-1]


async def attachments(
    connection: AsyncConnection, mail_ids: Collection[int]
) -> Mapping[int, Sequence[Attachment]]:
    """Return the attachments of letters, by letter, in their order."""
    query = (
        select(MailAttachmentRow.__table__)
        .where(MailAttachmentRow.mail_id.in_(sorted(mail_ids)))
        .order_by(MailAttachmentRow.mail_id, MailAttachmentRow.position)
    )
    found: dict[int, list[Attachment]] = {}
    for row in (await connection.execute(query)).mappings():
        found.setdefault(row["mail_id"], []).append(attachment_in(row))
    return found


async def attachment(
    connection: AsyncConnection, attachment_id: str
) -> tuple[Attachment, Mail] | None:
    """Return an attachment, and the letter that it came with."""
    query = select(MailAttachmentRow.__table__).where(MailAttachmentRow.id == attachment_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    found = attachment_in(row)
    letter = await mail(connection, found.mail_id)
    assert letter is not None
    return found, letter


async def queue(
    connection: AsyncConnection, wanted: MailFilter, *, limit: int, cursor: str | None
) -> Page[Mail]:
    """Return a page of letters, newest first."""
    query = select(TicketMailRow.__table__)
    if wanted.unknown:
        query = query.where(
            TicketMailRow.direction == Direction.IN.value, TicketMailRow.ticket_id.is_(None)
        )
    else:
        query = query.where(TicketMailRow.direction == Direction.OUT.value)
    if wanted.state is not None:
        query = query.where(TicketMailRow.state == wanted.state.value)
    if wanted.open_only:
        query = query.where(TicketMailRow.state.in_(sorted(state.value for state in OPEN)))
    return await page(
        connection,
        query,
        order=(column_of(TicketMailRow.at), column_of(TicketMailRow.id)),
        limit=limit,
        cursor=cursor,
        read=mail_in,
    )


async def count_for_people(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many letters of ours wait for a person's decision."""
    query = (
        select(func.count())
        .select_from(TicketMailRow)
        .where(
            TicketMailRow.direction == Direction.OUT.value,
            TicketMailRow.state.in_(sorted(state.value for state in FOR_A_PERSON)),
        )
    )
    return int((await connection.execute(query)).scalar_one())


async def counts(connection: AsyncConnection) -> Mapping[MailState, int]:
    """Return how many letters of ours are in each open state."""
    query = (
        select(TicketMailRow.state, func.count())
        .where(
            TicketMailRow.direction == Direction.OUT.value,
            TicketMailRow.state.in_(sorted(state.value for state in OPEN)),
        )
        .group_by(TicketMailRow.state)
    )
    return {MailState(state): count for state, count in await connection.execute(query)}


async def referred(connection: AsyncConnection, ids: Sequence[str]) -> Sequence[Known]:
    """Return the letters of tickets that have these Message-IDs, in the order of the ids."""
    if not ids:
        return []
    query = select(
        TicketMailRow.message_id, TicketMailRow.ticket_id, TicketMailRow.direction
    ).where(TicketMailRow.message_id.in_(ids), TicketMailRow.ticket_id.is_not(None))
    order = {each: place for place, each in enumerate(ids)}
    rows = sorted((await connection.execute(query)).all(), key=lambda row: order[row.message_id])
    return [
        Known(ticket_id=row.ticket_id, ours=row.direction == Direction.OUT.value) for row in rows
    ]


async def writers(
    connection: AsyncConnection, ticket_ids: Collection[int]
) -> Mapping[int, set[str]]:
    """Return by ticket the addresses that its letters came from or went to.

    Not those of our notices: a department's address is none of the customer's.
    """
    query = (
        select(TicketMailRow.ticket_id, TicketMailRow.address)
        .where(
            TicketMailRow.ticket_id.in_(sorted(ticket_ids)),
            TicketMailRow.address != "",
            TicketMailRow.kind != MailKind.NOTICE.value,
        )
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for ticket_id, address in await connection.execute(query):
        if ticket_id is not None:
            found.setdefault(ticket_id, set()).add(address)
    return found


async def sent_by_us(connection: AsyncConnection, message_id: str) -> Mail | None:
    """Return the letter of ours with a Message-ID."""
    if not message_id:
        return None
    query = select(TicketMailRow.__table__).where(
        TicketMailRow.message_id == message_id, TicketMailRow.direction == Direction.OUT.value
    )
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else mail_in(row)


async def acknowledged(connection: AsyncConnection, address: str, *, since: datetime) -> int:
    """Return how many letters were answered at once to an address since a time."""
    query = (
        select(func.count())
        .select_from(TicketMailRow)
        .where(
            TicketMailRow.address == address,
            TicketMailRow.kind == MailKind.ACKNOWLEDGEMENT.value,
            TicketMailRow.at >= since,
        )
    )
    return int((await connection.execute(query)).scalar_one())


async def last_from_customer(connection: AsyncConnection, ticket_id: int) -> Mail | None:
    """Return the newest letter that a person wrote for a ticket: the one that an answer answers."""
    query = (
        select(TicketMailRow.__table__)
        .where(
            TicketMailRow.ticket_id == ticket_id,
            TicketMailRow.direction == Direction.IN.value,
            TicketMailRow.kind == MailKind.LETTER.value,
        )
        .order_by(TicketMailRow.at.desc(), TicketMailRow.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else mail_in(row)
