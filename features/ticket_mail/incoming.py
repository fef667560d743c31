"""Keeps a letter that came in, at its ticket or as a new one, in the caller's transaction (TKT-10).

The same letter is kept once, however often it is delivered: the row's key says so. What it makes
(ticket, receipt, the answer at once) is in the same transaction as the place in the mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.audit import log as audit
from features.audit.log import AuditEntry
from features.ticket_classes import texts
from features.ticket_clocks.lifecycle import House as ClockHouse
from features.ticket_intake import writes as intakes
from features.ticket_intake.lifecycle import Channel, Intake
from features.ticket_intake.writes import Matter
from features.ticket_mail import outgoing, queries, rules
from features.ticket_mail.lifecycle import Direction, MailEvent, MailKind, MailState
from features.ticket_mail.tables import MailAttachmentRow, MailboxRow, TicketMailRow
from features.tickets import queries as tickets
from features.tickets.history import Author
from mail.files import Filed
from mail.inbox import Position
from mail.letters import Letter
from permissions.scopes import EVERYTHING

BY_MAIL: Final = Author(role=None, via="mail")
LONGEST_IN_TICKET: Final = 4000
"""Characters of a body that a ticket's own text takes; the letter beside it has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One attachment and where it lies."""

    name: str
    media_type: str
    file: Filed
    why: str
    """Why it stays closed; then its file is not in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A letter that has been read, with its files in the store."""

    letter: Letter
    key: str
    original: Filed
    papers: Sequence[Paper]
    at: datetime
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What keeping a letter needs to know of the house."""

    key: bytes
    """Of the tokens."""
    address: str
    host: str
    company: str
    language: str
    acknowledge: bool
    zone: ZoneInfo
    clocks: ClockHouse


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a letter."""

    number: str
    """Of its ticket; empty: it has none."""
    is_new: bool
    """The ticket is new."""
    answered: bool


async def keep(connection: AsyncConnection, arrived: Arrived, house: House) -> Kept | None:
    """Keep a letter; None when it was kept before, or is one of ours that came round."""
    letter = arrived.letter
    if await queries.sent_by_us(connection, letter.message_id) is not None:
        return None
    about = await _about(connection, letter)
    where = await _where(connection, letter, house, about)
    kind = _kind(letter)
    mail_id = await _row(connection, arrived, kind, where.hints)
    if mail_id is None:
        return None
    ticket_id, number, is_new = where.ticket_id, "", False
    if ticket_id is not None:
        number = (await tickets.numbers_by_id(connection, [ticket_id])).get(ticket_id, "")
    elif kind is not MailKind.BOUNCE:
        ticket_id, number = await _begin(connection, arrived, house)
        is_new = True
    if ticket_id is not None:
        await outgoing.set_ticket(connection, mail_id, ticket_id)
    await _papers(connection, mail_id, arrived.papers)
    if about is not None and letter.bounce is not None and letter.bounce.failed:
        said = letter.bounce.says or letter.subject
        await outgoing.apply(
            connection, about, MailEvent.CAME_BACK, now=arrived.at, said=said, quiet=True
        )
    answered = await _acknowledge(connection, arrived, house, ticket_id, number, is_new=is_new)
    await audit.note(
        connection,
        AuditEntry(
            at=arrived.at,
            action="mail.came",
            subject=number or str(mail_id),
            address="ledger",
            detail=f"letter {mail_id}, {kind.value}",
        ),
    )
    return Kept(number=number, is_new=is_new, answered=answered)


async def position(connection: AsyncConnection, mailbox: str) -> tuple[Position, datetime] | None:
    """Return how far a mailbox was read, and when it was looked into first."""
    columns = (MailboxRow.uidvalidity, MailboxRow.last_uid, MailboxRow.began_at)
    query = select(*columns).where(MailboxRow.name == mailbox)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (Position(row.uidvalidity, row.last_uid), row.began_at)


async def set_position(
    connection: AsyncConnection, mailbox: str, where: Position, *, now: datetime
) -> None:
    """Note how far a mailbox was read."""
    values = {"uidvalidity": where.uidvalidity, "last_uid": where.last_uid, "updated_at": now}
    made = insertion(table_of(MailboxRow), connection.dialect.name)
    await connection.execute(
        made.values(name=mailbox, began_at=now, **values).on_conflict_do_update(
            index_elements=["name"], set_=values
        )
    )


def _kind(letter: Letter) -> MailKind:
    if letter.bounce is not None:
        return MailKind.BOUNCE
    return MailKind.AUTOMATIC if letter.automatic else MailKind.LETTER


async def _about(connection: AsyncConnection, letter: Letter) -> int | None:
    """Return the letter of ours that a bounce is about."""
    if letter.bounce is None:
        return None
    ours = await queries.sent_by_us(connection, letter.bounce.about)
    return None if ours is None else ours.id


async def _where(
    connection: AsyncConnection, letter: Letter, house: House, about: int | None
) -> rules.Belongs:
    if letter.bounce is not None:
        ours = None if about is None else await queries.mail(connection, about)
        return rules.Belongs(ticket_id=None if ours is None else ours.ticket_id)
    signed = rules.signed_number(house.key, letter)
    named = rules.named_numbers(letter)
    known = await tickets.ids_of(connection, [*filter(None, [signed]), *named])
    referred = await queries.referred(connection, letter.refers_to)
    candidates = {each.ticket_id for each in referred} | set(known.values())
    return rules.belongs(
        letter,
        signed=known.get(signed),
        referred=referred,
        writers=await queries.writers(connection, candidates),
        named=[known[number] for number in named if number in known],
    )


async def _row(
    connection: AsyncConnection, arrived: Arrived, kind: MailKind, hints: Sequence[str]
) -> int | None:
    letter, file = arrived.letter, arrived.original
    said = letter.bounce.says if letter.bounce else ""
    made = insertion(table_of(TicketMailRow), connection.dialect.name).values(
        ticket_id=None,
        direction=Direction.IN.value,
        kind=kind.value,
        state=MailState.KEPT.value,
        key=arrived.key,
        message_id=letter.message_id,
        refers_to=list(letter.refers_to),
        address=letter.answer_to if kind is MailKind.LETTER else letter.sender,
        name=letter.sender_name,
        subject=letter.subject,
        body=letter.body,
        hints=[*letter.hints, *hints],
        at=arrived.at,
        node=arrived.node,
        path=file.path,
        sha256=file.sha256,
        bytes=file.size,
        attempts=0,
        said=said,
    )
    done = await connection.execute(
        made.on_conflict_do_nothing(index_elements=["key"]).returning(TicketMailRow.__table__.c.id)
    )
    mail_id: int | None = done.scalar_one_or_none()
    return mail_id


async def _begin(connection: AsyncConnection, arrived: Arrived, house: House) -> tuple[int, str]:
    letter = arrived.letter
    body = "\n\n".join(filter(None, [letter.subject, letter.body]))[:LONGEST_IN_TICKET]
    return await intakes.begin(
        connection,
        Matter(customer_name=letter.sender_name, body=body),
        Intake(
            channel=Channel.EMAIL,
            received_at=arrived.at,
            entered_at=arrived.at,
            answer_by=Channel.EMAIL,
            answer_to=letter.answer_to,
        ),
        author=BY_MAIL,
        house=house.clocks,
        day=arrived.at.astimezone(house.zone).date(),
    )


async def _papers(connection: AsyncConnection, mail_id: int, papers: Sequence[Paper]) -> None:
    if papers:
        await connection.execute(
            insert(table_of(MailAttachmentRow)),
            [
                {
                    "id": paper.file.id,
                    "mail_id": mail_id,
                    "position": position,
                    "name": paper.name,
                    "media_type": paper.media_type,
                    "bytes": paper.file.size,
                    "sha256": paper.file.sha256,
                    "path": "" if paper.why else paper.file.path,
                    "why": paper.why,
                }
                for position, paper in enumerate(papers, 1)
            ],
        )


async def _acknowledge(
    connection: AsyncConnection,
    arrived: Arrived,
    house: House,
    ticket_id: int | None,
    number: str,
    *,
    is_new: bool,
) -> bool:
    letter = arrived.letter
    if not house.acknowledge or ticket_id is None:
        return False
    since = arrived.at - timedelta(seconds=rules.ANSWERS_WITHIN.total_seconds())
    answered = await queries.acknowledged(connection, letter.answer_to, since=since)
    if not rules.is_acknowledged(letter, own=house.address, answered=answered, is_new=is_new):
        return False
    edited = await _words(connection, house, number)
    await outgoing.queue(
        connection,
        outgoing.acknowledgement(
            letter, house_words=(house.company, house.language), number=number, edited=edited
        ),
        ticket_id=ticket_id,
        host=house.host,
        node=arrived.node,
        now=arrived.at,
    )
    return True


async def _words(connection: AsyncConnection, house: House, number: str) -> str:
    """Return what the house answers at once, filled in for a ticket; empty: our own words."""
    text = await texts.text_for(connection, texts.RECEIVED)
    ticket = await tickets.ticket(connection, number, reach=EVERYTHING) if text else None
    if ticket is None:
        return ""
    due = ticket.due_at.astimezone(house.zone)
    return texts.words_of(text, number=number, due=due, body=ticket.body, answer=ticket.answer)
