"""API of listening to calls while they last, from the work list of inspectors (QA-1)."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import Field

from features.live_listening import actions
from features.live_listening.offers import LiveOffer
from web.api_models import Asking, ListPage, Person, RowId
from web.live import floor_of, leading_floor_of
from web.problems import documented
from web.shapes import NOON, Id, Plain, Shape

router = APIRouter(prefix="/api/v1", tags=["quality"])


class LiveOfferShape(Shape):
    """A call that goes on, of an agent whose live listening is open."""

    item_id: int
    agent: Plain
    name: Id
    since: datetime = Field(description="Of the talk.", examples=[NOON])

    @classmethod
    def of(cls, offer: LiveOffer) -> Self:
        return cls.model_validate(offer)


@router.get("/quality-offers", responses=documented(401, 403, 503))
async def list_quality_offers(
    request: Request, principal: Person, asking: Asking
) -> ListPage[LiveOfferShape]:
    """Calls that may be heard now, who began last first; never a second page."""
    settings = request.app.state.settings
    found = await actions.offered(asking, floor_of(request), principal, settings)
    return ListPage(items=[LiveOfferShape.of(each) for each in found], next=None)


@router.post("/quality-items/{item_id}/listen", responses=documented(401, 403, 404, 409, 422, 503))
async def listen_to_quality_item(
    request: Request, item_id: RowId, principal: Person, asking: Asking
) -> LiveOfferShape:
    """Take a live listening: the inspector's own phone rings, and hears the agent's call."""
    floor = leading_floor_of(request)
    return LiveOfferShape.of(await actions.listen(asking, floor, principal, item_id))
