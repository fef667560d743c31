"""API of supervision: see agents, listen, move them, sign them out (QUE-4, QA-1)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from db.bounded import RequestDatabase
from features.agent_desk.api import refusals
from features.audit import log as audit
from features.audit.access import audit_entry
from features.duties.api import DutyShape, at_work
from floor import wallboard
from floor.control import Watch
from floor.floor import Floor
from floor.people import Agent
from floor.wallboard import Json
from web.api_models import Asking, CurrentUser, Person
from web.current_user import Principal
from web.live import floor_of, leading_floor_of
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["floor"])

AgentNumber = Annotated[str, Path(pattern=r"^[0-9]{3,6}$", description="Account number (工号).")]
ANSWERS = documented(401, 403, 404, 409, 422, 503)


class WantedWatch(BaseModel):
    """How to take part in an agent's call."""

    model_config = ConfigDict(extra="forbid")

    how: Watch


class WantedQueue(BaseModel):
    """Which callers an agent is to be offered."""

    model_config = ConfigDict(extra="forbid")

    queue: Literal["hotline", "senior", "manager"] = Field(examples=["senior"])


@router.get("/floor", responses=documented(401, 403))
async def show_floor(request: Request, _principal: CurrentUser) -> Json:
    """The wallboard: who waits how long, who does what, missed calls, the service level."""
    return floor_of(request).board()


@router.post("/agents/{number}/watch", status_code=204, responses=ANSWERS)
async def watch(
    request: Request, number: AgentNumber, wanted: WantedWatch, principal: Person, asking: Asking
) -> Response:
    """Ring the leader's own phone, and let it hear the agent's call.

    Written into the audit log before the phone rings (QA-5).
    """
    floor = leading_floor_of(request)
    leader, agent = at_work(floor, principal), _agent(floor, number)
    await _noted(asking, principal, f"agent.{wanted.how.value}", number)
    with refusals():
        await floor.control.watch(leader, agent, wanted.how)
    return Response(status_code=204)


@router.post("/agents/{number}/sign_out", status_code=204, responses=ANSWERS)
async def sign_out(
    request: Request, number: AgentNumber, principal: CurrentUser, asking: Asking
) -> Response:
    """End an agent's duty; a call under way goes on."""
    floor = leading_floor_of(request)
    agent = _agent(floor, number)
    await _noted(asking, principal, "agent.sign_out", number)
    await floor.attendance.sign_out(
        agent, reason=f"by {principal.number or 'a program'}", now=floor.now()
    )
    return Response(status_code=204)


@router.post("/agents/{number}/move", responses=ANSWERS)
async def move(
    request: Request, number: AgentNumber, wanted: WantedQueue, principal: CurrentUser
) -> DutyShape:
    """Offer an agent the callers of another queue, until signing out."""
    floor = leading_floor_of(request)
    by = principal.number or "a program"
    agent = await floor.attendance.move(_agent(floor, number), wanted.queue, by=by, now=floor.now())
    return DutyShape.model_validate(wallboard.duty(floor.live_state, agent))


def _agent(floor: Floor, number: str) -> Agent:
    agent = floor.live_state.by_number(number)
    if agent is None:
        raise Refused(404, "Nobody with this number is at work.")
    return agent


async def _noted(asking: RequestDatabase, principal: Principal, action: str, number: str) -> None:
    seen = audit_entry(principal, action, number)
    await asking.write(lambda database: audit.note(database, seen))
