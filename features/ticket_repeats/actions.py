"""Changes of repeated tickets: linked or merged with the first of the matter, and undone (TKT-13).

What happens to the tickets themselves are verbs, by the one door (`features/tickets/acts.py`): a
merge closes the later one, and the first is chased where a department has it. Both histories say
what was done; each change is on record (SEC-1).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customers import queries as customers
from features.ticket_clocks.house import house
from features.ticket_life import rules
from features.ticket_life.verbs import Given, Verb, place
from features.ticket_repeats import queries
from features.ticket_repeats.lifecycle import UNDONE_WITHIN, How
from features.tickets import actions as tickets
from features.tickets import acts, history
from features.tickets import queries as known_tickets
from features.tickets.acts import ConflictError, Locked
from features.tickets.authors import author
from features.tickets.history import Author
from features.tickets.lifecycle import OPEN_STATES, Ticket
from permissions.may import reach_of
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import InputModel, TicketNumber, found
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

_CHASED: Final = {
    "zh": "客户再次投诉同一问题，工单 {number}，累计 {count} 次。",
    "en": "The customer complains of the same once more: ticket {number}, {count} times by now.",
}
_UNDONE: Final = {"zh": "撤销并单", "en": "The merge was undone"}


class RepeatInput(InputModel):
    """Which ticket another one repeats, and what becomes of it."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1), Says("ticket.late")] = Field(
        description="The version of the later ticket that it is asked upon."
    )
    first: Annotated[TicketNumber, Says("ticket_repeat.fault_first")] = Field(
        description="The number of the ticket that it is the same as."
    )
    how: Annotated[How, Says("ticket_repeat.fault_how")] = Field(
        description="`linked`: both go on; `merged`: this one is closed, the first goes on."
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """The two tickets of a repeat, nobody else changes them now."""

    later: Locked
    first: Locked


async def repeat(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    number: str,
    given: RepeatInput,
) -> Ticket:
    """Link a ticket as repeated, or merge it into the first; return it as it is then.

    The same asked again is done once. Raises Refused: 404; 403 and 409 as the verbs; 409 where it
    repeats another already, or the first is settled; 422 for a ticket that is none of the caller's.
    """
    found(await tickets.writable(asking, principal, number), "ticket")
    reach = reach_of(principal, "ticket.read")
    first = await asking.ask(lambda one: known_tickets.ticket(one, given.first, reach=reach))
    if first is None or first.number == number:
        raise _wrong("ticket_repeat.fault_first", "There is no other ticket with this number.")
    now = datetime.now(UTC)
    by = author(principal)

    async def repeated(connection: AsyncConnection) -> Ticket:
        pair = await _pair(connection, number, given.first)
        if await _is_so(connection, pair, given.how):
            return pair.later.ticket
        await _require_fit(connection, pair, given, settings)
        how = given.how
        if not await queries.keep(
            connection, pair.later.id, pair.first.id, how, by=by.signature, now=now
        ):
            raise _late("ticket_repeat.fault_already", "This ticket repeats another already.")
        after = await _carried_out(connection, pair, how, settings, by=by, now=now)
        detail = f"{how.value}: {pair.first.ticket.number}"
        await audit.note(connection, audit_entry(principal, "ticket.repeat", number, detail))
        return after

    with tickets.told(first, principal.role):
        return await asking.write(repeated)


async def undo(
    asking: RequestDatabase, principal: Principal, settings: Settings, number: str
) -> Ticket:
    """Undo that a ticket repeats another; one that was merged is open again, as new.

    Raises Refused: 404; 409 when it repeats none, or UNDONE_WITHIN is over; 403 as the verb.
    """
    before = found(await tickets.writable(asking, principal, number), "ticket")
    now = datetime.now(UTC)
    by = author(principal)

    async def undone(connection: AsyncConnection) -> Ticket:
        later = found(await acts.locked(connection, number), "ticket")
        known = await queries.of_ticket(connection, later.id)
        if known is None or not known.can_be_undone(now):
            minutes = UNDONE_WITHIN // timedelta(minutes=1)
            said = f"A repeat can be undone for {minutes} minutes; reopen the ticket instead."
            raise _late("ticket_repeat.fault_undo", said)
        await queries.undo(connection, known.id, by=by.signature, now=now)
        after = later.ticket
        if known.how is How.MERGED:
            note = _said(_UNDONE, settings)
            after = await _act(connection, number, Verb.REOPEN, Given(note=note), settings, by, now)
        first = found(await acts.waited_for(connection, known.first_id), "ticket")
        for one, other in ((Locked(later.id, after, ()), first.ticket), (first, after)):
            await _entry(connection, one, "repeat_undone", by, now, ticket=other.number)
        detail = f"undone: {first.ticket.number}"
        await audit.note(connection, audit_entry(principal, "ticket.repeat", number, detail))
        return after

    with tickets.told(before, principal.role):
        return await asking.write(undone)


async def _pair(connection: AsyncConnection, number: str, first: str) -> Pair:
    """Return both tickets, locked in the order of their numbers: two people never wait in a ring.

    Of a ticket that is a repeat itself the first of its matter is meant.
    """
    held: dict[str, Locked] = {}
    for one in sorted((number, first)):
        held[one] = found(await acts.locked(connection, one), "ticket")
    of_another = await queries.of_ticket(connection, held[first].id)
    if of_another is None:
        return Pair(held[number], held[first])
    root = found(await acts.waited_for(connection, of_another.first_id), "ticket")
    return Pair(held[number], root)


async def _is_so(connection: AsyncConnection, pair: Pair, how: How) -> bool:
    known = await queries.of_ticket(connection, pair.later.id)
    return known is not None and (known.first_id, known.how) == (pair.first.id, how)


async def _require_fit(
    connection: AsyncConnection, pair: Pair, given: RepeatInput, settings: Settings
) -> None:
    """Refuse two tickets that cannot be one matter."""
    later, first = pair.later.ticket, pair.first.ticket
    if given.version != later.version:
        raise ConflictError(later)
    if pair.later.id == pair.first.id or await queries.of_first(connection, pair.later.id):
        raise _late("ticket_repeat.fault_first_itself", "Other tickets repeat this one.")
    if first.state not in OPEN_STATES:
        raise _late("ticket_repeat.fault_settled", "The first ticket is settled: reopen it.")
    numbers = [
        phone_number(one.customer_number, settings.number_plan).identity for one in (later, first)
    ]
    if not numbers[1] or numbers[1] not in await customers.identities(connection, numbers[0]):
        said = "The two tickets are of different callers."
        raise _wrong("ticket_repeat.fault_caller", said)


async def _carried_out(
    connection: AsyncConnection,
    pair: Pair,
    how: How,
    settings: Settings,
    *,
    by: Author,
    now: datetime,
) -> Ticket:
    """Do what follows from a repeat to both tickets; return the later one."""
    later, first = pair.later.ticket, pair.first.ticket
    count = len(await queries.of_first(connection, pair.first.id))
    if rules.row_of(place(first), Verb.CHASE, by.role) is not None:
        note = _said(_CHASED, settings).format(number=later.number, count=count)
        await _act(connection, first.number, Verb.CHASE, Given(note=note), settings, by, now)
        pair = Pair(pair.later, found(await acts.locked(connection, first.number), "ticket"))
    if how is How.MERGED:
        given = Given(first=first.number)
        later = await _act(connection, later.number, Verb.MERGE, given, settings, by, now)
        await _entry(connection, pair.first, "merged_in", by, now, ticket=later.number)
        return later
    await _entry(connection, pair.later, "repeats", by, now, first=first.number)
    about = {"ticket": later.number, "count": str(count)}
    await _entry(connection, pair.first, "repeated", by, now, **about)
    return later


async def _act(
    connection: AsyncConnection,
    number: str,
    verb: Verb,
    given: Given,
    settings: Settings,
    by: Author,
    now: datetime,
) -> Ticket:
    clocks = house(settings)
    done = await acts.act(
        connection, number, verb, given, version=None, author=by, house=clocks, now=now
    )
    return found(done, "ticket")[0]


async def _entry(
    connection: AsyncConnection, one: Locked, what: str, by: Author, now: datetime, **said: str
) -> None:
    ticket = one.ticket
    await history.add(connection, one.id, ticket, ticket, what=what, author=by, now=now, said=said)


def _said(words: dict[str, str], settings: Settings) -> str:
    return words.get(settings.language, words["zh"])


def _wrong(words: str, said: str) -> Refused:
    return Refused(422, said, faults={"first": words})


def _late(words: str, said: str) -> Refused:
    return Refused(409, said, faults={"first": words})
