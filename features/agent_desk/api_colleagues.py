"""API of colleagues at work, for an agent who wants to transfer or consult."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from floor import state_clocks as seen
from permissions.roles import SEATED
from web.api_models import ListPage, Person
from web.live import floor_of
from web.problems import documented
from web.shapes import Id

router = APIRouter(prefix="/api/v1/colleagues", tags=["floor"])


class Colleague(BaseModel):
    """Somebody at work."""

    number: Id = Field(description="工号.", examples=["1002"])
    name: Id
    seat: Id = Field(examples=["w02"])
    state: Id = Field(description="As on the wallboard.", examples=["ready"])


@router.get("", responses=documented(401, 403))
async def list_colleagues(request: Request, principal: Person) -> ListPage[Colleague]:
    """Everybody else at work, by number; never a second page. Inspectors only listen."""
    live_state = floor_of(request).live_state
    others = [
        one
        for one in live_state.agents.values()
        if one.account_id != principal.account_id and one.role in SEATED
    ]
    return ListPage(
        items=[
            Colleague(
                number=one.number,
                name=one.name,
                seat=one.seat,
                state=seen.shown(live_state, one).value,
            )
            for one in sorted(others, key=lambda one: one.number)
        ],
        next=None,
    )
