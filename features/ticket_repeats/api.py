"""API of repeated tickets: what may be one, linked or merged, and undone."""

from typing import Self

from fastapi import APIRouter, Request
from pydantic import Field

from features.ticket_repeats import actions, showing
from features.ticket_repeats.actions import RepeatInput
from features.ticket_repeats.lifecycle import How
from features.ticket_repeats.showing import Shown
from features.tickets.api import ticket_of
from features.tickets.shapes import TicketShape
from settings import Settings
from web.api_models import Asking, CurrentUser, TicketNumber, found
from web.problems import documented
from web.shapes import Id, Shape

router = APIRouter(prefix="/api/v1/tickets/{ticket_id}/repeats", tags=["ticket-repeats"])


class RepeatsShape(Shape):
    """How a ticket hangs together with others of its caller."""

    first: Id | None = Field(description="The ticket that this one repeats; null: none.")
    how: How | None = Field(description="`linked` or `merged`; null: it repeats none.")
    repeats: list[TicketShape] = Field(description="Tickets that repeat this one.")
    alike: list[TicketShape] = Field(
        description="Open tickets of the caller that may be the same complaint, newest first."
    )

    @classmethod
    def of(cls, shown: Shown) -> Self:
        return cls(
            first=shown.first.number if shown.first else None,
            how=shown.repeat.how if shown.repeat else None,
            repeats=[TicketShape.of(one.ticket) for one in shown.repeats],
            alike=[TicketShape.of(one) for one in shown.alike],
        )


@router.get("", responses=documented(401, 403, 404, 422, 503))
async def show_repeats(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> RepeatsShape:
    """What a ticket repeats, what repeats it, and what may be the same complaint."""
    settings: Settings = request.app.state.settings
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    return RepeatsShape.of(await showing.asked(asking, principal, settings, ticket))


@router.post("", responses=documented(401, 403, 404, 409, 422, 503))
async def repeat_ticket(
    request: Request,
    ticket_id: TicketNumber,
    given: RepeatInput,
    principal: CurrentUser,
    asking: Asking,
) -> TicketShape:
    """Link a ticket as repeated, or merge it into the first. The same again is done once."""
    settings: Settings = request.app.state.settings
    return TicketShape.of(await actions.repeat(asking, principal, settings, ticket_id, given))


@router.post("/undo", responses=documented(401, 403, 404, 409, 422, 503))
async def undo_repeat(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """Undo it, for thirty minutes; a ticket that was merged is open again, as new."""
    settings: Settings = request.app.state.settings
    return TicketShape.of(await actions.undo(asking, principal, settings, ticket_id))
