"""Owns the API's questions about tickets."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from callflow.lifecycles.ticket import Ticket, TicketKind, TicketState
from callflow.rules.roles import sees_numbers
from desk.admission import Holder
from desk.api.asking import (
    Asking,
    Identity,
    Known,
    Many,
    Paged,
    Text,
    TicketNumber,
    found,
    may_search_by_number,
    turned,
)
from desk.looks import look, noted
from desk.problems import documented
from desk.shapes import TicketShape
from tickets import queries
from tickets.queries import TicketFilter

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])


class WhichTickets(Paged):
    """Which tickets (TKT-14); every field that is given must hold. Times are of the opening."""

    number: Text | None = Field(None, description="The customer's number, whole.")
    call_id: Identity | None = Field(None, description="The call it came from.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    agent: Text | None = Field(None, description="The agent who answered that call.")
    kind: TicketKind | None = None
    state: TicketState | None = None


@router.get("", responses=documented(401, 403, 422, 503))
async def list_tickets(
    wanted: Annotated[WhichTickets, Query()], holder: Known, asking: Asking
) -> Many[TicketShape]:
    """Tickets, newest first."""
    may_search_by_number(holder, wanted.number)
    which = TicketFilter(
        customer_number=wanted.number,
        **wanted.model_dump(exclude={"limit", "cursor", "number"}),
    )
    page = await turned(
        asking.ask(
            lambda connection: queries.tickets(
                connection, which, limit=wanted.limit, cursor=wanted.cursor
            )
        )
    )
    return Many(items=[_shown(ticket, holder) for ticket in page.items], next=page.next)


@router.get("/{ticket_id}", responses=documented(401, 403, 404, 422, 503))
async def show_ticket(ticket_id: TicketNumber, holder: Known, asking: Asking) -> TicketShape:
    """One ticket, by its number."""
    ticket = found(
        await asking.ask(lambda connection: queries.ticket(connection, ticket_id)), "ticket"
    )
    noted(asking, look(holder, "ticket.read", ticket.number))
    return _shown(ticket, holder)


def _shown(ticket: Ticket, holder: Holder) -> TicketShape:
    shape = TicketShape.of(ticket)
    return shape if sees_numbers(holder.role) else shape.masked()
