"""API of legal holds: what is kept whatever its time, put and lifted."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from features.legal_holds import actions, queries
from features.legal_holds.actions import HoldInput, LiftInput
from features.legal_holds.lifecycle import Thing
from features.legal_holds.queries import HoldFilter
from features.legal_holds.shapes import HoldShape
from settings import Settings
from web.api_models import Asking, CurrentUser, ListPage, ListQuery, RowId, list_page
from web.problems import documented

router = APIRouter(prefix="/api/v1/legal-holds", tags=["legal holds"])


class WhichHolds(ListQuery):
    """Which holds; every field that is given must hold."""

    thing: Thing | None = None


@router.get("", responses=documented(401, 403, 422, 503))
async def list_legal_holds(
    wanted: Annotated[WhichHolds, Query()], _principal: CurrentUser, asking: Asking
) -> ListPage[HoldShape]:
    """Legal holds, the newest first."""
    now = datetime.now(UTC)
    rows = await list_page(asking, queries.holds, HoldFilter(**wanted.filters()), wanted)
    return ListPage(items=[HoldShape.of(each, now) for each in rows.items], next=rows.next)


@router.post("", status_code=201, responses=documented(401, 403, 404, 409, 422, 503))
async def put_legal_hold(
    request: Request, given: HoldInput, principal: CurrentUser, asking: Asking
) -> HoldShape:
    """Keep a call, a ticket or all of a customer's, whatever its time.

    404: there is no such thing. 409: a hold stands on it already.
    """
    settings: Settings = request.app.state.settings
    kept = await actions.put(asking, principal, settings, given)
    return HoldShape.of(kept, datetime.now(UTC))


@router.post("/{hold_id}/lift", responses=documented(401, 403, 404, 409, 422, 503))
async def lift_legal_hold(
    hold_id: RowId, given: LiftInput, principal: CurrentUser, asking: Asking
) -> HoldShape:
    """Lift a hold. 409: it was lifted before."""
    lifted = await actions.lift(asking, principal, hold_id, given)
    return HoldShape.of(lifted, datetime.now(UTC))
