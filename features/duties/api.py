"""API of one's own duty (QUE-4): sign in at a seat, sign out, rest, move."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from features.agent_desk.api import refusals
from features.duties.in_a_call import not_in_a_call
from features.duties.queries import AtWorkError, DutyKind, DutyState, SeatTakenError
from floor import assembly as opening
from floor import wallboard
from floor.attendance import QUEUES, NoSeatError
from floor.floor import Floor
from floor.people import Agent
from permissions.roles import LEADERS
from settings import Settings
from web.api_models import VISIBLE, Person
from web.current_user import Principal
from web.live import leading_floor_of as floor_of
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/duty", tags=["floor"])

PageName = Annotated[str, Field(max_length=40, pattern=VISIBLE)]
Reason = Annotated[str, Field(max_length=40, pattern=VISIBLE)]


class WantedSeat(BaseModel):
    """Where somebody wants to work."""

    model_config = ConfigDict(extra="forbid")

    kind: DutyKind = Field(description="`browser`: the phone in the page; `phone`: a desk phone.")
    phone: str = Field(
        "", max_length=8, pattern=r"^[0-9]*$", description="The desk phone's number."
    )
    page: PageName = Field(
        "",
        description="The name that the page gave to `/live`: the seat's phone is in this page now.",
    )


class Seat(BaseModel):
    """The seat, and for the page's phone what it registers with."""

    seat: str = Field(examples=["w01"])
    kind: DutyKind
    password: str | None = Field(
        description="Of the phone in the page, for this duty only; null for a desk phone."
    )
    ws_url: str | None = Field(examples=["ws://127.0.0.1:20443/0f3a/ws"])
    server: str = Field(description="SIP domain.", examples=["127.0.0.1"])
    elsewhere: bool = Field(
        False,
        description="A page in another browser has the phone, so no password is given; "
        "`POST /api/v1/duty/move` takes it from there.",
    )


class Moved(BaseModel):
    """The phone is free for the page that asks next."""

    call: str | None = Field(
        description="The call that goes along: it rings here in a moment. Null: there is none."
    )


class DutyShape(BaseModel):
    """How somebody at work is seen."""

    state: str = Field(examples=["ready"])
    duty: str = Field(description="What was chosen: ready, paused or wrap_up.")
    reason: str
    since: str
    seat: str
    kind: str
    missed: int
    queues: list[str]


class WantedState(BaseModel):
    """Ready for callers, or not, and why."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["ready", "paused", "wrap_up"]
    reason: Reason = ""


def at_work(floor: Floor, principal: Principal) -> Agent:
    """Return the agent who asks. Raises Refused with 409 when not at work."""
    agent = floor.live_state.by_account(principal.account_id or 0)
    if agent is None:
        raise Refused(409, "You are not at work: sign in at a seat first.")
    return agent


@router.post("", responses=documented(401, 403, 409, 422, 503))
async def begin_duty(request: Request, wanted: WantedSeat, principal: Person) -> Seat:
    """Sign in at a seat; asked again for the same seat, it is given again (after a reload)."""
    floor = floor_of(request)
    assert principal.account_id is not None
    if principal.role not in QUEUES:
        raise Refused(403, f"The role {principal.role.value} does not work at a seat.")
    try:
        agent = await floor.attendance.sign_in(
            principal.account_id, wanted.kind, wanted.phone, now=floor.now()
        )
    except AtWorkError:
        raise Refused(409, "You are at work at another seat; sign out there first.") from None
    except SeatTakenError:
        raise Refused(409, "Somebody else works at this phone.") from None
    except NoSeatError:
        raise Refused(409, "There is no such seat, or none is free.") from None
    return _given(request, floor, agent, wanted.page)


@router.get("", responses=documented(401, 403, 409, 503))
async def show_duty(request: Request, principal: Person) -> DutyShape:
    """How the one who asks is seen now."""
    floor = floor_of(request)
    return _shape(floor, at_work(floor, principal))


@router.post("/move", responses=documented(401, 403, 409, 503))
async def move_duty(request: Request, principal: Person) -> Moved:
    """Take the phone from the page that has it, the call with it: the caller hears music until
    the new page's phone is there. Every page of the person hears `moved`.

    Refused while the phone rings: where it rings, it can be answered.
    """
    floor = floor_of(request)
    agent, call = floor.live_state.by_account(principal.account_id or 0), None
    if agent and agent.kind == DutyKind.BROWSER.value:
        if agent.seat in floor.live_state.offers:
            raise Refused(409, "The phone rings in the other window; answer there first.")
        call = await _taken_along(floor, agent)
    floor.presence.release(principal.account_id or 0)
    floor.streams.tell_account(principal.account_id or 0, "moved", lambda _: {"call": call})
    return Moved(call=call)


async def _taken_along(floor: Floor, agent: Agent) -> str | None:
    talk = floor.live_state.talks.get(agent.seat)
    with refusals():
        moved = await floor.control.reunite(agent.seat)
    return talk.call if talk and moved else None


@router.delete("", status_code=204, responses=documented(401, 403, 409, 422, 503))
async def end_duty(
    request: Request,
    principal: Person,
    force: Annotated[bool, Query(description="In a call too; for leaders.")] = False,
) -> Response:
    """Sign out; not in a call, unless a leader forces it: then the call goes on."""
    floor = floor_of(request)
    agent = at_work(floor, principal)
    if not force:
        not_in_a_call(request, principal)
    elif principal.role not in LEADERS:
        raise Refused(403, "Only leaders may end work in a call.")
    await floor.attendance.sign_out(agent, reason="", now=floor.now())
    floor.presence.release(agent.account_id)
    return Response(status_code=204)


@router.put("/state", responses=documented(401, 403, 409, 422, 503))
async def change_duty(request: Request, wanted: WantedState, principal: Person) -> DutyShape:
    """Be ready, rest with a reason (暂停受理), or write down after a call."""
    floor = floor_of(request)
    if wanted.state == "paused" and not wanted.reason.strip():
        raise Refused(422, "A pause needs a reason.")
    reason = wanted.reason.strip() if wanted.state == "paused" else ""
    agent = await floor.attendance.turn(
        at_work(floor, principal), DutyState(wanted.state), reason=reason, now=floor.now()
    )
    if agent is None:
        raise Refused(409, "Your duty has ended meanwhile.")
    return _shape(floor, agent)


@router.post("/present", status_code=204, responses=documented(401, 403, 503))
async def be_present(request: Request, principal: Person) -> Response:
    """Give a sign of life of a page whose stream is broken; it counts for three seconds."""
    if principal.account_id is not None:
        floor_of(request).present(principal.account_id)
    return Response(status_code=204)


def _shape(floor: Floor, agent: Agent) -> DutyShape:
    return DutyShape.model_validate(wallboard.duty(floor.live_state, agent))


def _given(request: Request, floor: Floor, agent: Agent, page: str) -> Seat:
    """Return the seat; the phone's password only to a page that may have the phone."""
    seat = _seat(request, _settings(request), agent)
    if seat.kind is DutyKind.PHONE:
        floor.presence.release(agent.account_id)
    elif page and not floor.presence.claim(agent.account_id, page):
        return seat.model_copy(update={"password": None, "ws_url": None, "elsewhere": True})
    return seat


def _seat(request: Request, settings: Settings, agent: Agent) -> Seat:
    host = request.url.hostname or settings.desk_address
    kind = DutyKind(agent.kind)
    if kind is DutyKind.PHONE:
        return Seat(seat=agent.seat, kind=kind, password=None, ws_url=None, server=host)
    try:
        phone = opening.phone_of(settings, agent.seat, agent.duty_id)
    except KeyError:
        raise Refused(503, "The seat has no secret yet; the hotline must start first.") from None
    scheme = "wss" if request.url.scheme == "https" else "ws"
    named = f"[{host}]" if ":" in host else host
    return Seat(
        seat=agent.seat,
        kind=kind,
        password=phone.password,
        ws_url=f"{scheme}://{named}:{phone.ws_port}/{phone.ws_path}/ws",
        server=host,
    )


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
