"""API of the ticket beside a call: opened once, asked for once (TKT-1)."""

from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request
from pydantic import BaseModel

from db.bounded import RequestDatabase
from features.audit.access import theirs
from features.calls import queries
from features.tickets import saves as ticket_saves
from features.tickets.authors import author
from features.tickets.shapes import TicketShape
from permissions.may import reach_of
from settings import Settings
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    found,
)
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])


class AskShape(BaseModel):
    """Whether to ask."""

    ask: bool


@router.post("/{call_id}/ticket", responses=documented(401, 403, 404, 422, 503))
async def open_ticket(
    request: Request, call_id: Identity, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """The call's own ticket, opened by the first who asks for it; asking again changes nothing."""
    current: Settings = request.app.state.settings
    now = datetime.now(UTC)
    await _must_be_theirs(call_id.lower(), principal, asking)
    ticket = await asking.write(
        lambda connection: ticket_saves.open_for_call(
            connection,
            call_id.lower(),
            handler=principal.number or None,
            author=author(principal),
            day=now.astimezone(current.zone).date(),
            now=now,
        )
    )
    return TicketShape.of(found(ticket, "call"))


@router.post("/{call_id}/ticket/asked", responses=documented(401, 403, 404, 422, 503))
async def ask_for_ticket(call_id: Identity, principal: CurrentUser, asking: Asking) -> AskShape:
    """Whether to ask the agent for what the call's ticket lacks: true once, at wrap-up."""
    await _must_be_theirs(call_id.lower(), principal, asking)
    now = datetime.now(UTC)
    return AskShape(
        ask=await asking.write(
            lambda connection: ticket_saves.ask_once(connection, call_id.lower(), now=now)
        )
    )


async def _must_be_theirs(call_id: str, principal: Principal, asking: RequestDatabase) -> None:
    """Refuse a ticket for a call that is another's; one that goes on may have no row yet."""
    if call_id in principal.serving.calls:
        return
    one = partial(queries.caller, call_id=call_id)
    number = await theirs(
        asking, principal, "ticket.open", call_id, lambda each, reach: one(each, reach=reach)
    )
    if number is None and not reach_of(principal, "ticket.open").whole:
        raise Refused(404, "There is no call with this id.")
