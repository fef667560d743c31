"""API of views of the ticket list, and of the tickets that one shows."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from db.paging import UnknownCursorError
from features.ticket_views import actions, choosing, queries
from features.ticket_views.actions import NewView, OrderInput, ViewSave, viewer
from features.ticket_views.shapes import TicketViewShape
from features.tickets import queries as tickets
from features.tickets.shapes import TicketShape
from permissions.may import reach_of
from settings import Settings
from web.api_models import (
    LONGEST_PAGE,
    Asking,
    CurrentUser,
    ListPage,
    Person,
    RowId,
    found,
)
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/ticket-views", tags=["tickets"])


class Place(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="Rows on a page.")
    cursor: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")] | None = Field(
        None, description="`next` of the page before."
    )


@router.get("", responses=documented(401, 403, 503))
async def list_views(principal: CurrentUser, asking: Asking) -> list[TicketViewShape]:
    """Your views and those that are shared with you, in your order."""
    views = await asking.ask(lambda one: queries.seen(one, viewer(principal)))
    choice = await asking.ask(lambda one: queries.choice(one, principal.account_id))
    return [TicketViewShape.of(each, choice) for each in views]


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_view(given: NewView, principal: Person, asking: Asking) -> TicketViewShape:
    """Keep a view; nobody else sees it, or those with whom you share it."""
    return await actions.add(asking, principal, given)


@router.patch("/order", responses=documented(401, 403, 404, 422, 503))
async def order_views(
    given: OrderInput, principal: Person, asking: Asking
) -> list[TicketViewShape]:
    """Put your views in order, and say which one your list begins with."""
    return await actions.put_order(asking, principal, given)


@router.patch("/{view_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def save_view(
    view_id: RowId, given: ViewSave, principal: Person, asking: Asking
) -> TicketViewShape:
    """Change a view of yours. Saved meanwhile: 409, and `current`."""
    return await actions.save(asking, principal, view_id, given)


@router.delete("/{view_id}", responses=documented(401, 403, 404, 422, 503))
async def remove_view(view_id: RowId, principal: Person, asking: Asking) -> TicketViewShape:
    """Delete a view of yours; it can be put back for thirty days."""
    return await actions.remove(asking, principal, view_id)


@router.post("/{view_id}/restore", responses=documented(401, 403, 404, 409, 422, 503))
async def restore_view(view_id: RowId, principal: Person, asking: Asking) -> TicketViewShape:
    """Put a deleted view of yours back."""
    return await actions.restore(asking, principal, view_id)


@router.get("/{view_id}/tickets", responses=documented(401, 403, 404, 422, 503))
async def list_tickets_of_view(
    request: Request,
    view_id: RowId,
    place: Annotated[Place, Query()],
    principal: CurrentUser,
    asking: Asking,
) -> ListPage[TicketShape]:
    """The tickets that a view shows now, newest first: those that you may read."""
    view = await asking.ask(lambda one: queries.one(one, view_id))
    if view is None or view.deleted_at or not view.seen_by(viewer(principal)):
        view = None
    filters = found(view, "view").filters
    settings: Settings = request.app.state.settings
    which = choosing.wanted(
        filters, settings.number_plan, principal.role, principal.number, datetime.now(UTC)
    )
    listing = partial(tickets.tickets, reach=reach_of(principal, "ticket.read"))
    try:
        page = await asking.ask(
            lambda one: listing(one, which, limit=place.limit, cursor=place.cursor)
        )
    except UnknownCursorError as error:
        raise Refused(422, f"The cursor is wrong: {error}.") from None
    return ListPage(items=[TicketShape.of(each) for each in page.items], next=page.next)
