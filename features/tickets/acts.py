"""One door for every change of a ticket: locked, decided, kept with orders, clocks and an entry.

All of it runs in the caller's transaction (on SQLite one with `writing=True`). The ticket's row is
locked first and everything of it is changed under that lock, so two people, two programs or two
workers of the clocks never do one thing twice. Nothing else writes into `tickets`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.departments import queries as departments
from features.ticket_clocks import queries as clocks
from features.ticket_clocks.lifecycle import ClockKind, House
from features.ticket_life import deciding, ordering, rules
from features.ticket_life.deciding import Decision
from features.ticket_life.ordering import By
from features.ticket_life.orders import MAIN, Order, OrderState
from features.ticket_life.verbs import Given, Verb
from features.ticket_repeats import telling
from features.tickets import history, rows, terms
from features.tickets.history import Author
from features.tickets.lifecycle import SETTLED_STATES, WRITABLE, Ticket, TicketState
from features.tickets.tables import TicketOrderRow, TicketRow, TicketVersionRow


class ConflictError(Exception):
    """Somebody saved the ticket meanwhile; `current` is what it says now."""

    def __init__(self, current: Ticket) -> None:
        super().__init__(current.number)
        self.current = current


class ClosedDepartmentError(Exception):
    """Nothing may be dispatched to this department any more."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A ticket that nobody else changes until the transaction ends."""

    id: int
    ticket: Ticket
    orders: Sequence[Order]


async def locked(connection: AsyncConnection, number: str) -> Locked | None:
    """Return a ticket with its orders, locked; None: there is none with this number."""
    query = select(TicketRow.__table__).where(TicketRow.number == number).with_for_update()
    return await _locked(connection, query)


async def locked_by_id(connection: AsyncConnection, key: int) -> Locked | None:
    """Return a ticket by its row, locked; None: somebody else has it now."""
    query = select(TicketRow.__table__).where(TicketRow.id == key)
    return await _locked(connection, query.with_for_update(skip_locked=True))


async def waited_for(connection: AsyncConnection, key: int) -> Locked | None:
    """Return a ticket by its row, locked as soon as nobody else has it; None: there is none."""
    query = select(TicketRow.__table__).where(TicketRow.id == key)
    return await _locked(connection, query.with_for_update())


async def act(
    connection: AsyncConnection,
    number: str,
    verb: Verb,
    given: Given,
    *,
    version: int | None,
    author: Author,
    house: House,
    now: datetime,
) -> tuple[Ticket, bool] | None:
    """Do something with a ticket; return it, and whether it was done now. None: there is no such.

    `version` is what it was asked upon, None: whatever it is. The same asked again by the same
    person upon the same version is done once. Raises ConflictError, ClosedDepartmentError, and
    what `deciding.decide` raises.
    """
    found = await locked(connection, number)
    if found is None:
        return None
    if version is not None and version != found.ticket.version:
        if await _is_repeated(connection, found, verb, given, version, author):
            return found.ticket, False
        raise ConflictError(found.ticket)
    decision = deciding.decide(found.ticket, found.orders, verb, given, by=_by(author), now=now)
    after = await kept(
        connection, found, decision, verb, said_of(given), author=author, house=house, now=now
    )
    return after, True


async def kept(
    connection: AsyncConnection,
    found: Locked,
    decision: Decision,
    verb: Verb | None,
    said: Mapping[str, Any],
    *,
    author: Author,
    house: House,
    now: datetime,
) -> Ticket:
    """Keep what was decided of a locked ticket, as one version more; return it."""
    before = found.ticket
    if verb in {Verb.DISPATCH, Verb.SECOND_DISPATCH}:
        await _require_open(connection, decision.ticket.department)
    after = replace(decision.ticket, version=before.version + 1, updated_at=now)
    why = verb.value if verb else "typed"
    orders = {one.number: one for one in (*found.orders, *decision.orders)}
    after = await with_clocks(
        connection, found.id, after, house, renews=decision.renews, why=why, now=now
    )
    out = ordering.main_order(list(orders.values()))
    changed = list(decision.orders)
    if out is not None and out.state is OrderState.SENT and out.deadline != after.deadline:
        changed = [one for one in changed if one.number != out.number]
        changed.append(replace(out, deadline=after.deadline))
    await _keep_orders(connection, found.id, changed)
    await _replace(connection, found.id, after)
    await keep_version(connection, found.id, after, author=author, now=now)
    if verb is None:
        fields = sorted(name for name in WRITABLE if getattr(before, name) != getattr(after, name))
        await history.add(
            connection,
            found.id,
            before,
            after,
            what=history.CHANGED,
            author=author,
            now=now,
            said={**said, "fields": fields},
        )
    else:
        written = decision.written
        await history.add(
            connection,
            found.id,
            before,
            after,
            what=verb.value,
            author=author,
            now=now,
            order=written.number if written else None,
            said={**said, **_order_said(written, verb)},
        )
    if after.state in SETTLED_STATES and before.state not in SETTLED_STATES:
        await telling.first_settled(connection, found.id, after, author=author, now=now)
    return after


async def with_clocks(
    connection: AsyncConnection,
    key: int,
    ticket: Ticket,
    house: House,
    *,
    renews: frozenset[ClockKind] = frozenset(),
    why: str,
    now: datetime,
) -> Ticket:
    """Have a ticket's clocks stand as the table says; return the ticket with what they say."""
    known = await departments.department(connection, ticket.department)
    if known is not None:
        house = house.with_hours(known.office, known.holidays)
    wish = clocks.Wish(
        kinds=rules.clocks_of(ticket),
        renews=renews,
        paused=ticket.state is TicketState.WAITING,
        urgent=ticket.urgent,
        since=ticket.received_at or ticket.created_at,
        deadline=ticket.deadline,
        promised_s=3600.0 * known.hours if known is not None and known.hours else None,
        why=why,
    )
    standing = await clocks.kept_so(connection, key, wish, house, now=now)
    promised = standing.get(ClockKind.PROMISED)
    deadline = promised.due_at if promised and promised.due_at else ticket.deadline
    return replace(ticket, deadline=deadline, next_due_at=clocks.first_due(standing.values()))


async def keep_version(
    connection: AsyncConnection, key: int, ticket: Ticket, *, author: Author, now: datetime
) -> None:
    """Keep what a ticket says now, for good."""
    await connection.execute(
        insert(TicketVersionRow).values(
            ticket_id=key,
            version=ticket.version,
            at=now,
            account_id=author.account_id,
            token_id=author.token_id,
            fields={name: getattr(ticket, name) for name in sorted(WRITABLE)},
        )
    )


async def orders_of(connection: AsyncConnection, ticket_id: int) -> Sequence[Order]:
    """Return the orders of a ticket, in the order in which they were written."""
    row = TicketOrderRow
    found = await connection.execute(
        select(row.__table__).where(row.ticket_id == ticket_id).order_by(row.id)
    )
    return [rows.order_in(each) for each in found.mappings()]


def said_of(given: Given) -> dict[str, Any]:
    """Return what was typed into a form, as an entry keeps it."""
    return {name: _plain(value) for name, value in asdict(given).items() if value not in {None, ""}}


def _by(author: Author) -> By:
    return By(role=author.role, signature=author.signature, number=author.number)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else str(value)


def _order_said(written: Order | None, verb: Verb) -> dict[str, Any]:
    if written is None:
        return {}
    said = {"order_kind": written.kind.value, "department": written.department}
    if written.kind in MAIN and written.deadline and verb is Verb.GRANT_TIME:
        said["deadline"] = written.deadline.isoformat()
    return said


async def _is_repeated(
    connection: AsyncConnection,
    found: Locked,
    verb: Verb,
    given: Given,
    version: int,
    author: Author,
) -> bool:
    """Tell whether this very thing was done upon this version, and nothing since."""
    newest = await history.last(connection, found.id)
    if newest is None or found.ticket.version != version + 1:
        return False
    entry, account_id = newest
    same = entry.version == version + 1 and entry.what == verb.value
    asked = said_of(given)
    typed = {name: entry.said.get(name) for name in asked}
    return same and account_id == author.account_id and typed == asked


async def _require_open(connection: AsyncConnection, name: str) -> None:
    known = await departments.department(connection, name)
    if known is not None and not known.active:
        raise ClosedDepartmentError(name)


async def _locked(connection: AsyncConnection, query: Any) -> Locked | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    orders = await orders_of(connection, row["id"])
    return Locked(row["id"], rows.ticket_in(row), orders)


async def _replace(connection: AsyncConnection, key: int, ticket: Ticket) -> None:
    await connection.execute(
        update(TicketRow).where(TicketRow.id == key).values(rows.of_ticket(ticket))
    )
    await terms.keep(connection, [key])


async def _keep_orders(connection: AsyncConnection, key: int, orders: Sequence[Order]) -> None:
    for one in orders:
        values = rows.of_order(one)
        made = insertion(table_of(TicketOrderRow), connection.dialect.name)
        fresh = {name: value for name, value in values.items() if name != "number"}
        await connection.execute(
            made.values(values | {"ticket_id": key}).on_conflict_do_update(
                index_elements=["number"], set_=fresh
            )
        )
