"""API of tickets: the list, one ticket, and saves while it is typed (TKT-1, TKT-3)."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, theirs
from features.ticket_clocks.house import house
from features.ticket_life.verbs import Verb
from features.tickets import actions, finding, history, queries
from features.tickets import saves as ticket_saves
from features.tickets.actions import TicketSave, VerbInput
from features.tickets.lifecycle import Ticket, TicketKind, TicketState
from features.tickets.queries import TicketFilter
from features.tickets.shapes import (
    ClockShape,
    EntryShape,
    OrderShape,
    TicketShape,
    TicketVersionShape,
)
from permissions.may import reach_of
from settings import Settings
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    Plan,
    Text,
    TicketNumber,
    found,
    list_page,
    may_search_by_number,
)
from web.current_user import Principal
from web.problems import documented

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])


class WhichTickets(ListQuery):
    """Which tickets (TKT-14); every field that is given must hold. Times are of the opening."""

    words: Text | None = Field(
        None, description="Each stands somewhere in the ticket; or a number, or a piece of one."
    )
    number: Text | None = Field(None, description="The customer's number, whole.")
    call_id: Identity | None = Field(None, description="The call it came from.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    agent: Text | None = Field(None, description="Who talked in that call.")
    handler: Text | None = Field(None, description="Who keeps the matter (QUE-3).")
    kind: TicketKind | None = None
    state: TicketState | None = None
    to_review: bool | None = Field(None, description="Dispatched by a junior (TKT-3).")
    department: Text | None = Field(None, description="Where it was dispatched to.")
    urgent: bool | None = Field(None, description="加急 (TKT-4).")
    overdue: bool = Field(False, description="Only those of which a clock is overdue.")


@router.get("", responses=documented(401, 403, 422, 503))
async def list_tickets(
    wanted: Annotated[WhichTickets, Query()], principal: CurrentUser, asking: Asking, plan: Plan
) -> ListPage[TicketShape]:
    """Tickets, newest first."""
    may_search_by_number(principal, wanted.number)
    filters = wanted.filters(plan)
    overdue_at = datetime.now(UTC) if filters.pop("overdue") else None
    number = filters.pop("number")
    words = finding.box(filters.pop("words") or "", plan, principal.role)
    which = TicketFilter(customer_number=number, overdue_at=overdue_at, **words, **filters)
    listing = partial(queries.tickets, reach=reach_of(principal, "ticket.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[TicketShape.of(ticket) for ticket in page.items], next=page.next)


@router.get("/{ticket_id}", responses=documented(401, 403, 404, 422, 503))
async def show_ticket(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """One ticket, by its number."""
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    noted(asking, audit_entry(principal, "ticket.read", ticket.number))
    return TicketShape.of(ticket)


@router.patch("/{ticket_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def save_ticket(
    request: Request,
    ticket_id: TicketNumber,
    given: TicketSave,
    principal: CurrentUser,
    asking: Asking,
) -> TicketShape:
    """Save what was typed. Saved meanwhile by somebody else: 409, and `current` is what is so now.

    Dispatching needs a department: without one 422. What is so already makes no new version, so a
    save whose answer was lost may be sent again. States beyond `new`, `answered` and `dispatched`
    have verbs of their own.
    """
    settings: Settings = request.app.state.settings
    return TicketShape.of(await actions.save(asking, principal, settings, ticket_id, given))


@router.post("/{ticket_id}/verbs/{verb}", responses=documented(401, 403, 404, 409, 422, 503))
async def act_on_ticket(
    request: Request,
    ticket_id: TicketNumber,
    verb: Verb,
    given: VerbInput,
    principal: CurrentUser,
    asking: Asking,
) -> TicketShape:
    """Do something with a ticket upon a version: dispatch it, accept it, close it.

    409 with `current` when it stands otherwise, 403 where another role does this, 422 with what is
    missing. The same asked again upon the same version is done once.
    """
    settings: Settings = request.app.state.settings
    return TicketShape.of(await actions.act(asking, principal, settings, ticket_id, verb, given))


@router.get("/{ticket_id}/history", responses=documented(401, 403, 404, 422, 503))
async def list_history(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[EntryShape]:
    """Everything that happened to a ticket, oldest first; it is never more than one page."""
    found(await ticket_of(ticket_id, principal, asking), "ticket")
    reach = reach_of(principal, "ticket.read")
    entries = await asking.ask(lambda one: history.of_ticket(one, ticket_id, reach=reach))
    noted(asking, audit_entry(principal, "ticket.history", ticket_id))
    return ListPage(items=[EntryShape.of(each) for each in entries], next=None)


@router.get("/{ticket_id}/orders", responses=documented(401, 403, 404, 422, 503))
async def list_orders(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[OrderShape]:
    """The orders that a ticket has written, oldest first; a department's own orders only."""
    found(await ticket_of(ticket_id, principal, asking), "ticket")
    reach = reach_of(principal, "ticket.read")
    orders = await asking.ask(lambda one: queries.orders(one, ticket_id, reach=reach))
    noted(asking, audit_entry(principal, "ticket.orders", ticket_id))
    return ListPage(items=[OrderShape.of(each) for each in orders], next=None)


@router.get("/{ticket_id}/clocks", responses=documented(401, 403, 404, 422, 503))
async def list_clocks(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[ClockShape]:
    """The clocks of a ticket, oldest first, and why each stands where it stands."""
    found(await ticket_of(ticket_id, principal, asking), "ticket")
    now, settings = datetime.now(UTC), request.app.state.settings
    standing = await asking.ask(
        lambda connection: queries.clocks(connection, ticket_id, house(settings), now)
    )
    noted(asking, audit_entry(principal, "ticket.clocks", ticket_id))
    items = [ClockShape.of(clock, so.used_s, so.words) for clock, so in standing]
    return ListPage(items=items, next=None)


@router.get("/{ticket_id}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_versions(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[TicketVersionShape]:
    """Every save of one ticket, oldest first; it is never more than one page."""
    found(await actions.writable(asking, principal, ticket_id), "ticket")
    versions = await asking.ask(lambda connection: ticket_saves.versions(connection, ticket_id))
    noted(asking, audit_entry(principal, "ticket.versions", ticket_id))
    return ListPage(items=[TicketVersionShape.of(each) for each in versions], next=None)


async def ticket_of(ticket_id: str, principal: Principal, asking: RequestDatabase) -> Ticket | None:
    """Return a ticket that somebody may read."""
    return await theirs(
        asking,
        principal,
        "ticket.read",
        ticket_id,
        lambda one, reach: queries.ticket(one, ticket_id, reach=reach),
    )
