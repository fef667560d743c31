"""API of tickets that came by letter, fax or visit, or from another program (TKT-10)."""

from fastapi import APIRouter, Request

from features.audit.access import audit_entry, noted
from features.ticket_intake import actions, queries
from features.ticket_intake.actions import IntakeInput
from features.ticket_intake.shapes import IntakeShape, TakenIn
from features.tickets import saves
from features.tickets.api import ticket_of
from settings import Settings
from web.api_models import Asking, CurrentUser, TicketNumber, found
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["tickets"])


@router.post("/ticket-intakes", status_code=201, responses=documented(401, 403, 422, 503))
async def take_in(
    request: Request, given: IntakeInput, principal: CurrentUser, asking: Asking
) -> TakenIn:
    """Open a ticket for what came in; its clock runs from the receipt."""
    settings: Settings = request.app.state.settings
    return TakenIn(number=await actions.take_in(asking, principal, settings, given))


@router.get("/tickets/{ticket_id}/intake", responses=documented(401, 403, 404, 422, 503))
async def show_intake(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> IntakeShape:
    """How one ticket came in; 404 for one that came by telephone."""
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    key = found(await asking.ask(lambda one: saves.key(one, ticket.number)), "ticket")
    intake = found(await asking.ask(lambda one: queries.intake(one, key)), "intake")
    noted(asking, audit_entry(principal, "ticket.read", ticket.number, "intake"))
    return IntakeShape.of(intake)


@router.post("/tickets/{ticket_id}/replied", responses=documented(401, 403, 404, 422, 503))
async def mark_replied(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> IntakeShape:
    """Note that the customer has the answer by the channel asked for; again, nothing changes."""
    return IntakeShape.of(await actions.answered(asking, principal, ticket_id))
