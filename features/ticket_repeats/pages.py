"""Forms of repeated tickets, on the page of a ticket: linked, merged, undone."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.ticket_pages.pages import shown_again
from features.ticket_repeats import actions
from features.ticket_repeats.actions import RepeatInput
from features.ticket_repeats.lifecycle import How
from web.api_models import Asking, Person, TicketNumber
from web.forms import typed
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.post("/tickets/{ticket_id}/repeats")
async def repeat_ticket(
    request: Request, ticket_id: TicketNumber, principal: Person, asking: Asking
) -> Response:
    """Link a ticket as repeated and stay, or merge it and go on with the first."""
    form = await typed(request)
    try:
        given = form.read(RepeatInput)
        await actions.repeat(asking, principal, request.app.state.settings, ticket_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await shown_again(request, principal, asking, ticket_id, form, status=status)
    stays = ticket_id if given.how is How.LINKED else given.first
    return RedirectResponse(f"/tickets/{stays}#repeats", status_code=303)


@router.post("/tickets/{ticket_id}/repeats/undo")
async def undo_repeat(
    request: Request, ticket_id: TicketNumber, principal: Person, asking: Asking
) -> Response:
    """Undo it, for a short time."""
    form = await typed(request)
    try:
        await actions.undo(asking, principal, request.app.state.settings, ticket_id)
    except Refused as refused:
        status = form.refuse(refused)
        return await shown_again(request, principal, asking, ticket_id, form, status=status)
    return RedirectResponse(f"/tickets/{ticket_id}#repeats", status_code=303)
