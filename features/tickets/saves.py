"""Saves of the ticket beside a call: opened once, saved as the agent types, nothing lost.

A save says which version it was typed upon. When somebody saved meanwhile, nothing is overwritten:
the one who was later sees what is so now. Every version stays on record, so any save can be undone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import named
from features.calls.references import CALL
from features.customers import queries as customers
from features.tickets import rows, writes
from features.tickets.lifecycle import (
    OPEN_STATES,
    WRITABLE,
    Ticket,
    TicketSource,
    TicketState,
    due,
    kind_of,
    saved,
)
from features.tickets.tables import TicketRow, TicketVersionRow
from permissions.roles import Role


class ConflictError(Exception):
    """Somebody saved the ticket meanwhile; `current` is what it says now."""

    def __init__(self, current: Ticket) -> None:
        super().__init__(current.number)
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who saves: a person, or a program with a token."""

    role: Role
    account_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVersion:
    """What a ticket said after one save."""

    version: int
    at: datetime
    account_id: int | None
    token_id: int | None
    fields: Mapping[str, Any]


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
    day: date,
    now: datetime,
) -> Ticket | None:
    """Return the call's ticket, opened now if there is none; None when there is no such call.

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
    fresh = _fresh(call_id, call, name=name, handler=who, now=now)
    if await writes.open_ticket(connection, fresh, day=day) is not None:
        opened = await of_call(connection, call_id)
        assert opened is not None
        await _keep_version(connection, opened, author=author, now=now)
        if handler is not None:
            await customers.asked_first(connection, call.identity, handler, now=now)
    return await of_call(connection, call_id)


async def save(
    connection: AsyncConnection,
    number: str,
    *,
    version: int,
    fields: Mapping[str, Any],
    author: Author,
    now: datetime,
) -> Ticket | None:
    """Save fields of a ticket (in the caller's transaction); None when there is no such ticket.

    Raises ConflictError when `version` is not the newest; what is so already is no conflict, and
    makes no new version: a save may be sent again when its answer was lost.
    """
    current = await _ticket(connection, number)
    if current is None:
        return None
    wanted = saved(current, fields, role=author.role, now=now)
    if wanted == current:
        return current
    if version != current.version:
        raise ConflictError(current)
    after = replace(wanted, version=version + 1, updated_at=now)
    done = await connection.execute(
        update(TicketRow)
        .where(TicketRow.number == number, TicketRow.version == version)
        .values(rows.of_ticket(after))
        .returning(TicketRow.id)
    )
    if done.first() is None:  # two saves in the same instant, on PostgreSQL
        now_so = await _ticket(connection, number)
        assert now_so is not None
        raise ConflictError(now_so)
    await _keep_version(connection, after, author=author, now=now)
    return after


async def versions(connection: AsyncConnection, number: str) -> Sequence[TicketVersion]:
    """Return every version of a ticket, oldest first."""
    query = (
        select(*(getattr(TicketVersionRow, name) for name in TicketVersion.__slots__))
        .join(TicketRow, TicketRow.id == TicketVersionRow.ticket_id)
        .where(TicketRow.number == number)
        .order_by(TicketVersionRow.version)
    )
    return [TicketVersion(**row) for row in (await connection.execute(query)).mappings()]


async def open_of_customer(
    connection: AsyncConnection, identity: str, *, limit: int = 5
) -> Sequence[Ticket]:
    """Return the tickets of a customer that are not settled, newest first (QUE-3).

    `identity` is what the customer's number is known by; whoever has none has no tickets.
    """
    if not identity:
        return []
    query = (
        select(TicketRow.__table__)
        .where(
            TicketRow.customer_identity == identity,
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


def _fresh(call_id: str, call: Any, *, name: str, handler: str | None, now: datetime) -> Ticket:
    kind = kind_of(call.topic)
    return Ticket(
        number="",
        kind=kind,
        business=None,
        nature=None,
        source=TicketSource.CALL,
        state=TicketState.NEW,
        call_id=call_id,
        customer_number=call.number,
        customer_name=name,
        body="",
        created_at=now,
        due_at=due(kind, created=now),
        handler=handler,
    )


async def key(connection: AsyncConnection, number: str) -> int | None:
    """Return the row number of a ticket, None when there is no such one."""
    found = await connection.execute(select(TicketRow.id).where(TicketRow.number == number))
    return found.scalar_one_or_none()


async def _ticket(connection: AsyncConnection, number: str) -> Ticket | None:
    query = select(TicketRow.__table__).where(TicketRow.number == number)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else rows.ticket_in(row)


async def _keep_version(
    connection: AsyncConnection, ticket: Ticket, *, author: Author, now: datetime
) -> None:
    of = select(TicketRow.id).where(TicketRow.number == ticket.number).scalar_subquery()
    await connection.execute(
        insert(TicketVersionRow).values(
            ticket_id=of,
            version=ticket.version,
            at=now,
            account_id=author.account_id,
            token_id=author.token_id,
            fields={name: getattr(ticket, name) for name in sorted(WRITABLE)},
        )
    )
