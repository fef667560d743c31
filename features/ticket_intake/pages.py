"""Page on which a letter, a fax or a visit becomes a ticket (TKT-10)."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.ticket_classes import queries as classes
from features.ticket_classes.queries import Sort
from features.ticket_intake import actions
from features.ticket_intake.actions import IntakeInput
from features.ticket_intake.lifecycle import ANSWERED_BY, Channel
from features.tickets.lifecycle import TicketKind
from settings import Settings
from web.api_models import Asking, CurrentUser, TicketNumber
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TYPED_IN = (Channel.LETTER, Channel.FAX, Channel.VISIT, Channel.EMAIL)


@router.get("/intake")
async def show_form(
    request: Request, _principal: CurrentUser, asking: Asking, taken: str = ""
) -> HTMLResponse:
    """An empty form, and the number of the ticket that was made last."""
    return await _form(request, asking, Typed({}), taken=taken[:24])


@router.post("/intake")
async def take_in(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Keep what was typed as a ticket."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    received = form.moment("received_at", datetime.now(UTC), settings.zone)
    try:
        given = form.read(IntakeInput, received_at=received)
        number = await actions.take_in(asking, principal, settings, given)
    except Refused as refused:
        return await _form(request, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/intake?taken={number}", status_code=303)


@router.post("/tickets/{ticket_id}/replied")
async def mark_replied(ticket_id: TicketNumber, principal: CurrentUser, asking: Asking) -> Response:
    """Note that the customer has the answer."""
    await actions.answered(asking, principal, ticket_id)
    return RedirectResponse(f"/tickets/{ticket_id}/mail", status_code=303)


async def _form(
    request: Request, asking: RequestDatabase, form: Typed, *, status: int = 200, taken: str = ""
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now = datetime.now(settings.zone)
    return page(
        request,
        "intake.html",
        status=status,
        form=form,
        taken=taken,
        now=now.strftime("%Y-%m-%dT%H:%M"),
        channels=[each.value for each in TYPED_IN],
        answers=[each.value for each in ANSWERED_BY],
        kinds=[each.value for each in TicketKind],
        businesses=await asking.ask(lambda one: classes.valid(one, Sort.BUSINESS, now.date())),
        natures=await asking.ask(lambda one: classes.valid(one, Sort.NATURE, now.date())),
        longest=longest(IntakeInput),
    )
