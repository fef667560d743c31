"""API of tickets: the list, one ticket, and saves while it is typed (TKT-1, TKT-3)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, theirs
from features.tickets import actions, queries
from features.tickets import saves as ticket_saves
from features.tickets.actions import TicketSave, shown
from features.tickets.lifecycle import Ticket, TicketKind, TicketState
from features.tickets.queries import TicketFilter
from features.tickets.saves import TicketVersion
from features.tickets.shapes import TicketShape, TicketVersionShape
from permissions.may import reach_of
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

    number: Text | None = Field(None, description="The customer's number, whole.")
    call_id: Identity | None = Field(None, description="The call it came from.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    agent: Text | None = Field(None, description="The agent who answered that call.")
    handler: Text | None = Field(None, description="Who keeps the matter (QUE-3).")
    kind: TicketKind | None = None
    state: TicketState | None = None
    to_review: bool | None = Field(None, description="Dispatched by a junior (TKT-3).")


@router.get("", responses=documented(401, 403, 422, 503))
async def list_tickets(
    wanted: Annotated[WhichTickets, Query()], principal: CurrentUser, asking: Asking, plan: Plan
) -> ListPage[TicketShape]:
    """Tickets, newest first."""
    may_search_by_number(principal, wanted.number)
    filters = wanted.filters(plan)
    which = TicketFilter(customer_number=filters.pop("number"), **filters)
    listing = partial(queries.tickets, reach=reach_of(principal, "ticket.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[shown(ticket, principal) for ticket in page.items], next=page.next)


@router.get("/{ticket_id}", responses=documented(401, 403, 404, 422, 503))
async def show_ticket(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """One ticket, by its number."""
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    noted(asking, audit_entry(principal, "ticket.read", ticket.number))
    return shown(ticket, principal)


@router.patch("/{ticket_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def save_ticket(
    ticket_id: TicketNumber, given: TicketSave, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """Save what was typed. Saved meanwhile by somebody else: 409, and `current` is what is so now.

    Dispatching needs a department: without one 422. What is so already makes no new version, so a
    save whose answer was lost may be sent again.
    """
    return shown(await actions.save(asking, principal, ticket_id, given), principal)


@router.get("/{ticket_id}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_versions(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[TicketVersionShape]:
    """Every save of one ticket, oldest first; it is never more than one page."""

    reach = reach_of(principal, "ticket.write")

    async def kept(connection: AsyncConnection) -> list[TicketVersion] | None:
        if await queries.ticket(connection, ticket_id, reach=reach) is None:
            return None
        return list(await ticket_saves.versions(connection, ticket_id))

    versions = found(await asking.ask(kept), "ticket")
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
