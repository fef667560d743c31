"""API of the hand-over log (RPT-4): written by one shift, signed by the next."""

from typing import Annotated

from fastapi import APIRouter, Query

from features.customers.shapes import HandoverShape
from features.handovers import actions
from features.handovers import queries as handovers
from features.handovers.actions import HandoverInput
from features.handovers.queries import HandoverFilter
from web.api_models import Asking, CurrentUser, ListPage, ListQuery, Person, RowId, list_page
from web.problems import documented

router = APIRouter(prefix="/api/v1/handovers", tags=["handovers"])


class WhichHandovers(ListQuery):
    """Which reports; times are of the writing."""


@router.get("", responses=documented(401, 403, 422, 503))
async def list_handovers(
    wanted: Annotated[WhichHandovers, Query()], _principal: CurrentUser, asking: Asking
) -> ListPage[HandoverShape]:
    """Reports, newest first."""
    which = HandoverFilter(**wanted.filters())
    page = await list_page(asking, handovers.handovers, which, wanted)
    return ListPage(items=[HandoverShape.of(each) for each in page.items], next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def write_handover(given: HandoverInput, principal: Person, asking: Asking) -> HandoverShape:
    """Write the report of a shift; it cannot be changed afterwards. For people, not for tokens."""
    return HandoverShape.of(await actions.write(asking, principal, given))


@router.post("/{handover_id}/sign", responses=documented(401, 403, 404, 409, 422, 503))
async def sign_handover(handover_id: RowId, principal: Person, asking: Asking) -> HandoverShape:
    """Sign another's report: its shift is taken over. For people, not for tokens."""
    return HandoverShape.of(await actions.sign(asking, principal, handover_id))
