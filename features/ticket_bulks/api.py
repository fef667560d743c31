"""API of what is done with many tickets at once."""

from fastapi import APIRouter, Request

from features.ticket_bulks import actions, queries
from features.ticket_bulks.actions import BulkInput
from features.ticket_bulks.shapes import BulkShape
from web.api_models import Asking, Person, RowId, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/ticket-bulks", tags=["tickets"])


@router.post("", status_code=201, responses=documented(401, 403, 404, 422, 503))
async def begin_bulk(
    request: Request, given: BulkInput, principal: Person, asking: Asking
) -> BulkShape:
    """Do one thing with many tickets: the first ones now, the others by `go-on`.

    Each is decided by the same action as by itself, upon its version; what it refuses is in `items`
    with the reason, and that ticket is as it was.
    """
    settings = request.app.state.settings
    begun = await actions.begin(asking, principal, settings, given)
    return BulkShape.of(await actions.go_on(asking, principal, settings, begun.id))


@router.get("/{bulk_id}", responses=documented(401, 403, 404, 422, 503))
async def show_bulk(bulk_id: RowId, principal: Person, asking: Asking) -> BulkShape:
    """What became of each ticket; for thirty days."""
    bulk = await asking.ask(lambda one: queries.one(one, bulk_id, principal.account_id))
    return BulkShape.of(found(bulk, "bulk"))


@router.post("/{bulk_id}/go-on", responses=documented(401, 403, 404, 422, 503))
async def go_on_with_bulk(
    request: Request, bulk_id: RowId, principal: Person, asking: Asking
) -> BulkShape:
    """Do the next tickets; where none waits nothing is done."""
    settings = request.app.state.settings
    return BulkShape.of(await actions.go_on(asking, principal, settings, bulk_id))
