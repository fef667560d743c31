"""Writes of letters of ours: queued, handed over, sent or not; in the caller's transaction.

A letter has its Message-ID from the moment it is queued: whatever is sent once more is the same
letter. `claim` commits that it may have been sent from now on, before its first byte goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.ticket_mail import queries
from features.ticket_mail.letters import Mail, mail_in
from features.ticket_mail.lifecycle import (
    Direction,
    MailEvent,
    MailKind,
    MailState,
    NotNowError,
    after,
    next_try,
)
from features.ticket_mail.tables import TicketMailRow
from features.ticket_mail.texts import acknowledgement_text
from mail.composing import new_message_id
from mail.letters import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A letter that is to be sent."""

    kind: MailKind
    to: str
    subject: str
    body: str
    refers_to: tuple[str, ...] = ()
    """Message-IDs of the thread, the one that is answered last."""


def acknowledgement(
    letter: Letter, *, house_words: tuple[str, str], number: str, edited: str = ""
) -> Wanted:
    """Return the answer at once to a letter; `house_words`: the company, and the language.

    `edited` is what the house says instead of our words.
    """
    company, language = house_words
    subject, body = acknowledgement_text(language, company=company, number=number, edited=edited)
    return Wanted(
        kind=MailKind.ACKNOWLEDGEMENT,
        to=letter.answer_to,
        subject=subject,
        body=body,
        refers_to=(letter.message_id,) if letter.message_id else (),
    )


async def queue(
    connection: AsyncConnection,
    wanted: Wanted,
    *,
    ticket_id: int,
    host: str,
    node: str,
    now: datetime,
    account_id: int | None = None,
    token_id: int | None = None,
    once: str = "",
) -> tuple[int, bool]:
    """Queue a letter, to be sent at once; return its id, and whether it is new.

    A form that is sent twice is one letter: `once` is the same then.
    """
    ours = new_message_id(host)
    key = sha256(f"once {ticket_id} {once}".encode() if once else ours.encode()).hexdigest()
    done = await connection.execute(
        insertion(table_of(TicketMailRow), connection.dialect.name)
        .values(
            ticket_id=ticket_id,
            direction=Direction.OUT.value,
            kind=wanted.kind.value,
            state=MailState.QUEUED.value,
            key=key,
            message_id=ours,
            refers_to=list(wanted.refers_to),
            address=wanted.to,
            name="",
            subject=wanted.subject,
            body=wanted.body,
            hints=[],
            at=now,
            node=node,
            path="",
            sha256="",
            bytes=0,
            attempts=0,
            next_at=now,
            since=now,
            said="",
            account_id=account_id,
            token_id=token_id,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(TicketMailRow.__table__.c.id)
    )
    mail_id = done.scalar_one_or_none()
    if mail_id is not None:
        return int(mail_id), True
    found = await connection.execute(select(TicketMailRow.id).where(TicketMailRow.key == key))
    return int(found.scalar_one()), False


async def due(connection: AsyncConnection, *, now: datetime, most: int) -> list[Mail]:
    """Return letters that are to be sent now, the longest waiting first."""
    query = (
        select(TicketMailRow.__table__)
        .where(
            TicketMailRow.direction == Direction.OUT.value,
            TicketMailRow.state == MailState.QUEUED.value,
            TicketMailRow.next_at <= now,
        )
        .order_by(TicketMailRow.next_at)
        .limit(most)
    )
    return [mail_in(row) for row in (await connection.execute(query)).mappings()]


async def claim(connection: AsyncConnection, mail_id: int, *, node: str) -> bool:
    """Note that a letter may have been sent from now on; False: somebody else has it."""
    done = await connection.execute(
        update(TicketMailRow)
        .where(TicketMailRow.id == mail_id, TicketMailRow.state == MailState.QUEUED.value)
        .values(
            state=after(MailState.QUEUED, MailEvent.HANDED_OVER).value,
            node=node,
            attempts=TicketMailRow.attempts + 1,
            next_at=None,
        )
        .returning(TicketMailRow.id)
    )
    return done.first() is not None


async def interrupted(connection: AsyncConnection, *, node: str, now: datetime) -> int:
    """Mark what was being handed over when this node's sender died; return how many.

    Nobody can tell whether they were sent: a person is asked.
    """
    query = select(TicketMailRow.id).where(
        TicketMailRow.direction == Direction.OUT.value,
        TicketMailRow.state == MailState.SENDING.value,
        TicketMailRow.node == node,
    )
    found = (await connection.execute(query)).scalars().all()
    for mail_id in found:
        await apply(connection, mail_id, MailEvent.BROKEN, now=now, said="", quiet=True)
    return len(found)


async def apply(
    connection: AsyncConnection,
    mail_id: int,
    event: MailEvent,
    *,
    now: datetime,
    said: str = "",
    give_up_after: timedelta = timedelta(hours=48),
    quiet: bool = False,
) -> Mail | None:
    """Let something happen to a letter; return it as it is then, None when there is none.

    Raises NotNowError for what does not happen in its state; `quiet`: then nothing is changed.
    """
    mail = await queries.mail(connection, mail_id)
    if mail is None:
        return None
    try:
        state = after(mail.state, event)
    except NotNowError:
        if quiet:
            return mail
        raise
    values = _changed(mail, event, state, now=now, give_up_after=give_up_after)
    if said:
        values["said"] = said[:300]
    done = await connection.execute(
        update(TicketMailRow)
        .where(TicketMailRow.id == mail_id, TicketMailRow.state == mail.state.value)
        .values(values)
        .returning(TicketMailRow.id)
    )
    if done.first() is None and not quiet:  # somebody was quicker
        raise NotNowError(f"{mail.state.value}: it has changed meanwhile")
    return await queries.mail(connection, mail_id)


def _changed(
    mail: Mail, event: MailEvent, state: MailState, *, now: datetime, give_up_after: timedelta
) -> dict[str, object]:
    """Return the columns that an event changes."""
    values: dict[str, object] = {"state": state.value, "next_at": None}
    if mail.state is MailState.QUEUED and event in {MailEvent.LATER, MailEvent.REFUSED}:
        values["attempts"] = mail.attempts + 1
    match event:
        case MailEvent.TAKEN | MailEvent.ARRIVED:
            values["sent_at"] = now
        case MailEvent.AGAIN:
            values |= {"next_at": now, "since": now}
        case MailEvent.LATER:
            since = mail.since or mail.at
            again = next_try(
                attempts=mail.attempts, since=since, now=now, give_up_after=give_up_after
            )
            values["next_at"] = again
            if again is None:
                values["state"] = MailState.FAILED.value
        case _:
            pass
    return values


async def set_ticket(connection: AsyncConnection, mail_id: int, ticket_id: int) -> None:
    """Put a letter to its ticket."""
    await connection.execute(
        update(TicketMailRow).where(TicketMailRow.id == mail_id).values(ticket_id=ticket_id)
    )
