"""What pages and the API show of repeats: what a ticket repeats, what repeats it, what may be one.

Changes nothing. Each ticket is shown within the reach of who looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.customers import queries as customers
from features.ticket_repeats import queries
from features.ticket_repeats.lifecycle import How, Repeat
from features.ticket_repeats.likeness import may_be_one
from features.tickets import history, saves
from features.tickets import queries as tickets
from features.tickets.history import Entry
from features.tickets.lifecycle import OPEN_STATES, Ticket
from features.tickets.queries import TicketFilter
from permissions.may import reach_of
from permissions.scopes import Reach
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from settings import Settings
from web.current_user import Principal

MOST_LOOKED_AT = 20
"""Open tickets of the caller, the newest."""
MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket that repeats this one, and what happened to it."""

    ticket: Ticket
    how: How
    entries: Sequence[Entry]
    """Of one that was merged: its history is read from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a ticket hangs together with others."""

    repeat: Repeat | None = None
    first: Ticket | None = None
    """The ticket that this one repeats."""
    repeats: Sequence[Told] = ()
    alike: Sequence[Ticket] = ()
    """Open tickets of the same caller that may be the same complaint."""
    undoable: bool = False

    @property
    def still_open(self) -> int:
        """Return how many repeats go on."""
        return sum(one.ticket.state in OPEN_STATES for one in self.repeats)


async def asked(
    asking: RequestDatabase, principal: Principal, settings: Settings, ticket: Ticket
) -> Shown:
    """Return how a ticket hangs together with others, as somebody may see them."""
    return await asking.ask(
        lambda one: shown(
            one,
            ticket,
            plan=settings.number_plan,
            reach=reach_of(principal, "ticket.read"),
            now=datetime.now(UTC),
        )
    )


async def shown(
    connection: AsyncConnection, ticket: Ticket, *, plan: NumberPlan, reach: Reach, now: datetime
) -> Shown:
    """Return how a ticket hangs together with others, as far as a reach goes."""
    key = await saves.key(connection, ticket.number)
    if key is None:
        return Shown()
    repeat = await queries.of_ticket(connection, key)
    if repeat is not None:
        numbers = await tickets.numbers_by_id(connection, [repeat.first_id])
        number = numbers.get(repeat.first_id, "")
        first = await tickets.ticket(connection, number, reach=reach)
        return Shown(repeat=repeat, first=first, undoable=repeat.can_be_undone(now))
    told = [await _told(connection, one, reach) for one in await queries.of_first(connection, key)]
    repeats = [one for one in told if one is not None]
    offers = [] if repeats else await alike(connection, ticket, plan=plan, reach=reach)
    return Shown(repeats=repeats, alike=offers)


async def alike(
    connection: AsyncConnection, ticket: Ticket, *, plan: NumberPlan, reach: Reach
) -> Sequence[Ticket]:
    """Return open tickets of the same caller, opened before, that may be the same complaint."""
    identity = phone_number(ticket.customer_number, plan).identity
    if not identity or ticket.state not in OPEN_STATES:
        return []
    wanted = TicketFilter(
        customer_identities=await customers.identities(connection, identity), open_only=True
    )
    found = await tickets.tickets(connection, wanted, reach=reach, limit=MOST_LOOKED_AT)
    before = [
        one
        for one in found.items
        if (one.created_at, one.number) < (ticket.created_at, ticket.number)
        and may_be_one(ticket, one)
    ]
    return before[:MOST_OFFERED]


async def _told(connection: AsyncConnection, repeat: Repeat, reach: Reach) -> Told | None:
    numbers = await tickets.numbers_by_id(connection, [repeat.ticket_id])
    number = numbers.get(repeat.ticket_id, "")
    ticket = await tickets.ticket(connection, number, reach=reach)
    if ticket is None:
        return None
    merged = repeat.how is How.MERGED
    entries = await history.of_ticket(connection, number, reach=reach) if merged else []
    return Told(ticket, repeat.how, entries)
