"""Saves of the ticket beside a call: opened once, saved as the agent types, nothing lost.

A save says which version it was typed upon. When somebody saved meanwhile, nothing is overwritten:
the one who was later sees what is so now. Every version stays on record, so any save can be undone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import named
from features.accounts.references import PERSON
from features.calls.references import CALL
from features.customers import keeping
from features.customers import queries as customers
from features.ticket_clocks.lifecycle import House
from features.ticket_life import deciding
from features.ticket_life.ordering import By
from features.ticket_life.verbs import Verb
from features.tickets import acts, rows, writes
from features.tickets.acts import ConflictError
from features.tickets.history import Author
from features.tickets.lifecycle import OPEN_STATES, Ticket, TicketSource, TicketState, opened
from features.tickets.tables import TicketRow, TicketVersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVersion:
    """What a ticket said after one save."""

    version: int
    at: datetime
    account_id: int | None
    token_id: int | None
    fields: Mapping[str, Any]
    number: str | None
    """Account number of who saved it."""


async def of_call(connection: AsyncConnection, call_id: str) -> Ticket | None:
    """Return the ticket that an agent has for a call; a message's own ticket is another one."""
    query = select(TicketRow.__table__).where(
        TicketRow.call_id == call_id, TicketRow.source == TicketSource.CALL.value
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else rows.ticket_in(row)


async def open_for_call(
    connection: AsyncConnection,
    call_id: str,
    *,
    handler: str | None,
    author: Author,
    house: House,
    day: date,
    now: datetime,
) -> tuple[Ticket, bool] | None:
    """Return the call's ticket, and whether it was opened now; None when there is no such call.

    `day` is the office's, for the number. The caller's transaction; safe to ask again.
    """
    facts = (CALL.c.number, CALL.c.identity, CALL.c.name, CALL.c.topic, CALL.c.agent)
    query = select(*facts).where(CALL.c.id == call_id)
    call = (await connection.execute(query)).one_or_none()
    if call is None:
        return None
    known = await customers.customer(connection, call.identity)
    name = known.name if known and known.name else named(call.name, call.number)
    who = handler or _account(call.agent)
    fresh = opened(
        source=TicketSource.CALL,
        topic=call.topic,
        call_id=call_id,
        customer_number=call.number,
        customer_name=name,
        handler=who,
        created_at=now,
    )
    made = await writes.open_ticket(connection, fresh, author=author, house=house, day=day)
    ticket = await of_call(connection, call_id)
    assert ticket is not None
    if made is not None and handler is not None:
        await keeping.asked_first(connection, call.identity, handler, now=now)
    return ticket, made is not None


async def save(
    connection: AsyncConnection,
    number: str,
    *,
    version: int,
    fields: Mapping[str, Any],
    author: Author,
    house: House,
    now: datetime,
) -> tuple[Ticket, Verb | None] | None:
    """Save fields of a ticket (in the caller's transaction); None when there is no such ticket.

    A `state` is the verb that leads there, which is returned. Raises ConflictError when `version`
    is not the newest; what is so already is no conflict, and makes no new version: a save may be
    sent again when its answer was lost. Raises what `deciding.saved` raises.
    """
    found = await acts.locked(connection, number)
    if found is None:
        return None
    by = By(role=author.role, signature=author.signature, number=author.number)
    stale = version != found.ticket.version
    try:
        decision, verb = deciding.saved(found.ticket, found.orders, fields, by=by, now=now)
    except (deciding.NotNowError, deciding.NotTheirsError, deciding.LacksError):
        if stale:
            raise ConflictError(found.ticket) from None
        raise
    if verb is None and decision.ticket == found.ticket:
        return found.ticket, None
    if stale:
        raise ConflictError(found.ticket)
    after = await acts.kept(
        connection, found, decision, verb, {}, author=author, house=house, now=now
    )
    return after, verb


async def versions(connection: AsyncConnection, number: str) -> Sequence[TicketVersion]:
    """Return every version of a ticket, oldest first."""
    row = TicketVersionRow
    query = (
        select(row.__table__, PERSON.c.number)
        .select_from(row)
        .join(TicketRow, TicketRow.id == row.ticket_id)
        .outerjoin(PERSON, PERSON.c.id == row.account_id)
        .where(TicketRow.number == number)
        .order_by(row.version)
    )
    found = (await connection.execute(query)).mappings()
    return [
        TicketVersion(**{name: each[name] for name in TicketVersion.__slots__}) for each in found
    ]


async def open_of_customer(
    connection: AsyncConnection, identities: Sequence[str], *, limit: int = 5
) -> Sequence[Ticket]:
    """Return the tickets of a customer that are not settled, newest first (QUE-3).

    `identities` is all that the customer is known by (`customers.identities`).
    """
    query = (
        select(TicketRow.__table__)
        .where(
            TicketRow.customer_identity.in_(identities),
            TicketRow.state.in_([state.value for state in OPEN_STATES]),
        )
        .order_by(TicketRow.created_at.desc())
        .limit(limit)
    )
    return [rows.ticket_in(row) for row in (await connection.execute(query)).mappings()]


async def ask_once(connection: AsyncConnection, call_id: str, *, now: datetime) -> bool:
    """Return whether to ask the agent for what the call's ticket lacks; True once a ticket.

    A call without any ticket is asked for too, by who knows that it was not asked before.
    """
    ticket = await of_call(connection, call_id)
    if ticket is None:
        return True
    if ticket.asked_at is not None or ticket.body.strip() or ticket.state is not TicketState.NEW:
        return False
    await connection.execute(
        update(TicketRow).where(TicketRow.number == ticket.number).values(asked_at=now)
    )
    return True


def _account(agent: str | None) -> str | None:
    """Return who talked, where that is an account's or a static phone's number."""
    return agent if agent is not None and re.fullmatch(r"\d{3,6}", agent) else None


async def key(connection: AsyncConnection, number: str) -> int | None:
    """Return the row number of a ticket, None when there is no such one."""
    found = await connection.execute(select(TicketRow.id).where(TicketRow.number == number))
    return found.scalar_one_or_none()
