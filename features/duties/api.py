"""API of one's own duty (QUE-4): sign in at a seat, sign out, rest, move."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from features.duties import actions
from features.duties.actions import SeatInput, StateInput
from features.duties.queries import DutyKind
from features.duties.ws_address import ws_address
from floor import assembly as opening
from floor import wallboard
from floor.floor import Floor
from floor.people import Agent
from settings import Settings
from web.api_models import Asking, Person
from web.live import leading_floor_of as floor_of
from web.problems import Refused, documented
from web.shapes import Id

router = APIRouter(prefix="/api/v1/duty", tags=["floor"])


class Seat(BaseModel):
    """The seat, and for the page's phone what it registers with."""

    seat: Id = Field(examples=["w01"])
    kind: DutyKind
    password: Id | None = Field(
        description="Of the phone in the page, for this duty only; null for a desk phone."
    )
    ws_url: Id | None = Field(examples=["ws://127.0.0.1:20443/0f3a/ws"])
    server: Id = Field(description="SIP domain.", examples=["127.0.0.1"])
    elsewhere: bool = Field(
        False,
        description="A page in another browser has the phone, so no password is given; "
        "`POST /api/v1/duty/move` takes it from there.",
    )


class Moved(BaseModel):
    """The phone is free for the page that asks next."""

    call: Id | None = Field(
        description="The call that goes along: it rings here in a moment. Null: there is none."
    )


class DutyShape(BaseModel):
    """How somebody at work is seen."""

    state: Id = Field(examples=["ready"])
    duty: Id = Field(description="What was chosen: ready, paused or wrap_up.")
    reason: Id
    since: Id
    seat: Id
    kind: Id
    missed: int
    queues: list[Id]

    @classmethod
    def of(cls, floor: Floor, agent: Agent) -> Self:
        return cls.model_validate(wallboard.duty(floor.live_state, agent))


@router.post("", responses=documented(401, 403, 409, 422, 503))
async def begin_duty(request: Request, given: SeatInput, principal: Person, asking: Asking) -> Seat:
    """Sign in at a seat; asked again for the same seat, it is given again (after a reload)."""
    floor = floor_of(request)
    agent = await actions.begin(asking, floor, principal, given)
    return _given(request, floor, agent, given.page)


@router.get("", responses=documented(401, 403, 409, 503))
async def show_duty(request: Request, principal: Person) -> DutyShape:
    """How the one who asks is seen now."""
    floor = floor_of(request)
    return DutyShape.of(floor, actions.at_work(floor, principal))


@router.post("/move", responses=documented(401, 403, 409, 503))
async def move_duty(request: Request, principal: Person, asking: Asking) -> Moved:
    """Take the phone from the page that has it, the call with it: the caller hears music until
    the new page's phone is there. Every page of the person hears `moved`.

    Refused while the phone rings: where it rings, it can be answered.
    """
    return Moved(call=await actions.move(asking, floor_of(request), principal))


@router.delete("", status_code=204, responses=documented(401, 403, 409, 422, 503))
async def end_duty(
    request: Request,
    principal: Person,
    asking: Asking,
    force: Annotated[bool, Query(description="In a call too; for leaders.")] = False,
) -> Response:
    """Sign out; not in a call, unless a leader forces it: then the call goes on."""
    await actions.end(asking, floor_of(request), principal, force=force)
    return Response(status_code=204)


@router.put("/state", responses=documented(401, 403, 409, 422, 503))
async def change_duty(
    request: Request, given: StateInput, principal: Person, asking: Asking
) -> DutyShape:
    """Be ready, rest with a reason (暂停受理), or write down after a call."""
    floor = floor_of(request)
    return DutyShape.of(floor, await actions.turn(asking, floor, principal, given))


@router.post("/present", status_code=204, responses=documented(401, 403, 503))
async def be_present(request: Request, principal: Person) -> Response:
    """Give a sign of life of a page whose stream is broken; it counts for three seconds."""
    actions.be_present(floor_of(request), principal)
    return Response(status_code=204)


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
    return Seat(
        seat=agent.seat,
        kind=kind,
        password=phone.password,
        ws_url=ws_address(
            request,
            host=host,
            port=phone.ws_port,
            path=phone.ws_path,
            certificate=bool(settings.desk_certificate),
        ),
        server=host,
    )


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
