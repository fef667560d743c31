"""API of the ticket beside a call: opened once, asked for once (TKT-1)."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from features.tickets import actions
from features.tickets.shapes import TicketShape
from settings import Settings
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
)
from web.problems import documented

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])


class AskShape(BaseModel):
    """Whether to ask."""

    ask: bool


@router.post("/{call_id}/ticket", responses=documented(401, 403, 404, 422, 503))
async def open_ticket(
    request: Request, call_id: Identity, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """The call's own ticket, opened by the first who asks for it; asking again changes nothing."""
    settings: Settings = request.app.state.settings
    ticket = await actions.open_for_call(asking, principal, settings, call_id.lower())
    return TicketShape.of(ticket)


@router.post("/{call_id}/ticket/asked", responses=documented(401, 403, 404, 422, 503))
async def ask_for_ticket(call_id: Identity, principal: CurrentUser, asking: Asking) -> AskShape:
    """Whether to ask the agent for what the call's ticket lacks: true once, at wrap-up."""
    return AskShape(ask=await actions.ask_once(asking, principal, call_id.lower()))
