"""API of what tickets are sorted by: business, nature, complaint class, closing code, e-mails."""

from fastapi import APIRouter

from features.ticket_classes import actions
from features.ticket_classes import queries as classes
from features.ticket_classes.actions import NewTicketClass, TicketClassSave
from features.ticket_classes.queries import Sort
from features.ticket_classes.shapes import TicketClassShape
from web.api_models import Asking, CurrentUser, RowId, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/ticket-classes", tags=["tickets"])


@router.get("", responses=documented(401, 403, 422, 503))
async def list_classes(
    _principal: CurrentUser, asking: Asking, sort: Sort | None = None
) -> list[TicketClassShape]:
    """All classes, or those of one sort; retired ones too, for they stand on old tickets."""
    found_ = await asking.ask(lambda one: classes.every(one, sort))
    return [TicketClassShape.of(each) for each in found_]


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_class(
    given: NewTicketClass, principal: CurrentUser, asking: Asking
) -> TicketClassShape:
    """Add a class; it can be chosen from now, or from its day on."""
    return TicketClassShape.of(await actions.add(asking, principal, given))


@router.put("/{class_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def put_class(
    class_id: RowId, given: TicketClassSave, principal: CurrentUser, asking: Asking
) -> TicketClassShape:
    """Change a class. Tickets keep what was valid when they were made. Saved meanwhile: 409."""
    return TicketClassShape.of(await actions.save(asking, principal, class_id, given))


@router.get("/{class_id}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_class_versions(
    class_id: RowId, _principal: CurrentUser, asking: Asking
) -> list[TicketClassShape]:
    """What a class was after each save, what it is now first."""
    now = found(await asking.ask(lambda one: classes.one(one, class_id)), "class")
    before = await asking.ask(lambda one: classes.versions(one, class_id))
    return [TicketClassShape.of(each) for each in (now, *before)]
