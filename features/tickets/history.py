"""A ticket's history: entries are added in the transaction of what they tell of, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.references import PERSON, TOKEN
from features.report_figures import marks
from features.ticket_life.verbs import place
from features.tickets.lifecycle import Ticket
from features.tickets.tables import TicketEntryRow, TicketOrderRow, TicketRow
from permissions.roles import Role
from permissions.scopes import Reach, Scope

OPENED, WARNED, OVERDUE = "opened", "warned", "overdue"
"""What an entry tells of beside verbs."""
CHANGED = "changed"
"""That something was typed: for programs (`feed.py`); to people the versions say it."""

ABOUT = ("kind", "business", "nature", "department")
"""What reports count entries by, as the ticket says it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes a ticket, and by which way: a person, a program with a token, or a clock."""

    role: Role | None
    account_id: int | None = None
    token_id: int | None = None
    number: str = ""
    """Account number; empty: a program or a clock."""
    signature: str = ""
    """Account number, or the token's label; empty: a clock."""
    via: str = "api"
    """`page`, `api`, `message`, `clock`, `phone`, `ringing`, `link` or `letter`."""
    link: str = ""
    """Of a department that answers by a link: the address that the link was sent to."""
    call_id: str | None = None
    """The call in which it is done."""


CLOCK = Author(role=None, via="clock")
MESSAGE = Author(role=None, via="message")
TELEPHONE = "phone"
"""By which way a department answers with a key of its telephone."""
RINGING = Author(role=None, via="ringing")
"""Our own calls to a department: how they ended."""
BY_LINK = "link"
"""By which way a department answers with the link in its e-mail."""
LETTER = Author(role=None, via="letter")
"""Our own e-mails to a department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    at: datetime
    version: int
    """Of the ticket, afterwards."""
    what: str
    """A verb, `opened`, `warned`, `overdue`, or how a call to a department ended: `rung_busy`."""
    before: str
    """Where the ticket was (`verbs.Place`); empty: nowhere yet."""
    after: str
    via: str
    call_id: str | None
    order_number: str | None
    said: Mapping[str, Any]
    """What was typed, by the field of the form."""
    number: str | None = None
    """Account number of who did it."""
    label: str | None = None
    """Of the program that did it."""

    @property
    def in_call(self) -> str | None:
        """Return the call in which it was done, or that it tells of, be it none that talked."""
        return self.call_id or self.said.get("call")


async def add(
    connection: AsyncConnection,
    ticket_id: int,
    before: Ticket | None,
    after: Ticket,
    *,
    what: str,
    author: Author,
    now: datetime,
    order: str | None = None,
    said: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry (in the caller's transaction)."""
    await connection.execute(
        insert(TicketEntryRow).values(
            ticket_id=ticket_id,
            version=after.version,
            at=now,
            account_id=author.account_id,
            token_id=author.token_id,
            via=author.via,
            call_id=author.call_id,
            what=what,
            before=place(before).value if before else "",
            after=place(after).value,
            order_number=order,
            said={**(said or {}), **({"link": author.link} if author.link else {})},
            place=None,
        )
    )
    await marks.mark(connection, [now, after.created_at])
    if before is not None and any(getattr(before, each) != getattr(after, each) for each in ABOUT):
        # what was done before is counted under what the ticket is about now
        done = select(TicketEntryRow.at).where(TicketEntryRow.ticket_id == ticket_id)
        await marks.mark(connection, (await connection.execute(done)).scalars())


async def of_ticket(connection: AsyncConnection, number: str, *, reach: Reach) -> Sequence[Entry]:
    """Return the history of a ticket, oldest first; of it a department sees what is its own."""
    row = TicketEntryRow
    query = (
        select(row.__table__, PERSON.c.number, TOKEN.c.label)
        .select_from(row)
        .join(TicketRow, TicketRow.id == row.ticket_id)
        .outerjoin(PERSON, PERSON.c.id == row.account_id)
        .outerjoin(TOKEN, TOKEN.c.id == row.token_id)
        .where(TicketRow.number == number, row.what != CHANGED)
        .order_by(row.id)
    )
    if reach.scope is Scope.DEPARTMENT:
        order = TicketOrderRow
        theirs = select(order.number).where(
            order.department == reach.department, order.sent_at.is_not(None)
        )
        query = query.where(row.order_number.in_(theirs))
    return [_entry_in(each) for each in (await connection.execute(query)).mappings()]


async def last(connection: AsyncConnection, ticket_id: int) -> tuple[Entry, int | None] | None:
    """Return the newest entry of a ticket that somebody made, and the account that made it."""
    row = TicketEntryRow
    query = (
        select(row.__table__, PERSON.c.number, TOKEN.c.label)
        .select_from(row)
        .outerjoin(PERSON, PERSON.c.id == row.account_id)
        .outerjoin(TOKEN, TOKEN.c.id == row.token_id)
        .where(
            row.ticket_id == ticket_id,
            row.via.not_in([CLOCK.via, RINGING.via, LETTER.via]),
            row.what != CHANGED,
        )
        .order_by(row.id.desc())
        .limit(1)
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else (_entry_in(found), found["account_id"])


def _entry_in(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__slots__})
