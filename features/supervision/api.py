"""API of supervision: see agents, listen, move them, sign them out (QUE-4, QA-1)."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from features.duties.api import DutyShape
from features.supervision import actions
from features.supervision.actions import QueueInput, WatchInput
from floor.wallboard import Json
from permissions.may import team_of
from web.api_models import Asking, CurrentUser, Person
from web.live import floor_of, leading_floor_of
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["floor"])

AgentNumber = Annotated[str, Path(pattern=r"^[0-9]{3,6}$", description="Account number (工号).")]
ANSWERS = documented(401, 403, 404, 409, 422, 503)


@router.get("/floor", responses=documented(401, 403))
async def show_floor(request: Request, principal: CurrentUser) -> Json:
    """The wallboard: who waits how long, who does what, missed calls, the service level.

    A team leader sees the agents of the own team; the other figures are the house's.
    """
    return floor_of(request).board(team=team_of(principal, "floor.read"))


@router.post("/agents/{number}/watch", status_code=204, responses=ANSWERS)
async def watch(
    request: Request, number: AgentNumber, given: WatchInput, principal: Person, asking: Asking
) -> Response:
    """Ring the leader's own phone, and let it hear the agent's call.

    Written into the audit log before the phone rings (QA-5).
    """
    await actions.watch(asking, leading_floor_of(request), principal, number, given)
    return Response(status_code=204)


@router.post("/agents/{number}/sign_out", status_code=204, responses=ANSWERS)
async def sign_out(
    request: Request, number: AgentNumber, principal: CurrentUser, asking: Asking
) -> Response:
    """End an agent's duty; a call under way goes on."""
    await actions.sign_out(asking, leading_floor_of(request), principal, number)
    return Response(status_code=204)


@router.post("/agents/{number}/move", responses=ANSWERS)
async def move(
    request: Request, number: AgentNumber, given: QueueInput, principal: CurrentUser, asking: Asking
) -> DutyShape:
    """Offer an agent the callers of another queue, until signing out."""
    floor = leading_floor_of(request)
    return DutyShape.of(floor, await actions.move(asking, floor, principal, number, given))
