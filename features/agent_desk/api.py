"""API of the call at hand: script keys, transfers, conferences, hold."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from db.bounded import RequestDatabase
from features.agent_desk.targets import colleague_of, target
from features.audit.access import audit_entry, noted, refused
from floor.control import BusyError, NotDoneError, NotTalkingError, Script
from floor.floor import Floor
from permissions.may import may
from permissions.scopes import Thing
from web.api_models import Asking, Identity, Person
from web.current_user import Principal
from web.live import leading_floor_of as floor_of
from web.problems import Refused, documented
from web.shapes import Id

router = APIRouter(prefix="/api/v1/calls/{call_id}", tags=["floor"])

SEAT = r"^(w[0-9]{2}|[0-9]{3,6})$"
ANSWERS = documented(401, 403, 409, 422, 503)


class WantedScript(BaseModel):
    """Words that the system says in the agent's place (SIL-1, SIL-3, SIL-4, SIL-5)."""

    model_config = ConfigDict(extra="forbid")

    name: Script


class WantedTransfer(BaseModel):
    """Where the caller is to go."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(
        pattern=r"^(w[0-9]{2}|[0-9]{3,6}|hotline|senior|manager)$",
        description="A colleague's account number, a seat, a phone's number, or a queue.",
    )


class WantedColleague(BaseModel):
    """Who is to join the call."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=r"^[0-9]{3,6}$", alias="with", description="Account number (工号).")


class WantedSeat(BaseModel):
    """The colleague who is being asked."""

    model_config = ConfigDict(extra="forbid")

    seat: str = Field(pattern=SEAT, alias="with", description="The seat, `w02` or a phone.")


class Dropped(BaseModel):
    """Who is to leave the call."""

    model_config = ConfigDict(extra="forbid")

    seat: str = Field(pattern=SEAT, description="The seat of a participant.", examples=["w02"])


class WantedHold(BaseModel):
    """Hold the caller, or come back."""

    model_config = ConfigDict(extra="forbid")

    on: bool


class Done(BaseModel):
    """What was sent to Asterisk, and carried out."""

    call: Id
    done: Id


NOT_TALKING = "Nobody talks in this call now, or it is being taken elsewhere."


@contextmanager
def refusals() -> Iterator[None]:
    """Say why a call was not taken elsewhere."""
    try:
        yield
    except NotTalkingError:
        raise Refused(409, NOT_TALKING) from None
    except BusyError:
        raise Refused(409, "This phone is in another call.") from None
    except NotDoneError as error:
        if error.refused:
            said = "Asterisk did not do it: the call has ended or there is no such place."
            raise Refused(409, said) from None
        said = "The link to Asterisk was lost; whether it was done is not known."
        raise Refused(503, said) from None


async def _own(floor: Floor, principal: Principal, call: str, asking: RequestDatabase) -> str:
    """Return the seat of who asks in this call, or of who talks where a leader asks.

    Another agent's call is answered like one in which nobody talks.
    """
    talks = floor.live_state.talks_of(call)
    if not talks:
        raise Refused(409, NOT_TALKING)
    agents = floor.live_state.agents
    people = {seat: agents[seat].number for seat in talks if seat in agents}
    if not may(principal, "call.handle", Thing(people=people.values())):
        await refused(asking, principal, "call.handle", call)
        raise Refused(409, NOT_TALKING)
    own = (seat for seat, number in people.items() if number == principal.number)
    return next(own, next(iter(talks)))


def _noted(
    asking: RequestDatabase, principal: Principal, action: str, call: str, detail: str = ""
) -> None:
    """Put on record what was done in a call; a call waits for no database."""
    noted(asking, audit_entry(principal, action, call, detail))


@router.post("/script", responses=ANSWERS)
async def say_script(
    request: Request, call_id: Identity, wanted: WantedScript, principal: Person, asking: Asking
) -> Done:
    """Let the system say a script to the caller; the agent is free again at once.

    Who speaks again comes back to the same agent first.
    """
    floor, call = floor_of(request), call_id.lower()
    seat = await _own(floor, principal, call, asking)
    with refusals():
        await floor.control.script(call, seat, wanted.name)
    _noted(asking, principal, "call.script", call, wanted.name.value)
    return Done(call=call, done=f"script-{wanted.name.value}")


@router.post("/transfer", responses=ANSWERS)
async def transfer(
    request: Request, call_id: Identity, wanted: WantedTransfer, principal: Person, asking: Asking
) -> Done:
    """Connect the caller with a colleague, a phone or a queue; the agent is let go.

    Where nobody is at work nobody is sent to: 422, and the call goes on as it was.
    """
    floor, call = floor_of(request), call_id.lower()
    seat = await _own(floor, principal, call, asking)
    to = target(request, wanted.to)
    with refusals():
        await floor.control.transfer(call, seat, to)
    _noted(asking, principal, "call.transferred", call, wanted.to)
    return Done(call=call, done="transfer")


@router.post("/conference", responses=ANSWERS)
async def confer(
    request: Request, call_id: Identity, wanted: WantedColleague, principal: Person, asking: Asking
) -> Done:
    """Bring a colleague into the call: the phone rings, or the colleague is asked already."""
    floor, call = floor_of(request), call_id.lower()
    seat = await _own(floor, principal, call, asking)
    colleague = colleague_of(floor.live_state, wanted.number)
    if colleague is None:
        raise Refused(409, "Nobody with this number is at work.")
    with refusals():
        await floor.conference(call, seat, colleague)
    _noted(asking, principal, "call.conference", call, wanted.number)
    return Done(call=call, done="conference")


@router.post("/complete", responses=ANSWERS)
async def complete(
    request: Request, call_id: Identity, wanted: WantedSeat, principal: Person, asking: Asking
) -> Done:
    """Leave the caller with the colleague who is being asked (attended transfer).

    The colleague is in the call before the agent leaves it. 409: nobody is being asked there, and
    nothing has changed.
    """
    floor, call = floor_of(request), call_id.lower()
    seat = await _own(floor, principal, call, asking)
    with refusals():
        await floor.control.complete(call, seat, wanted.seat)
    _noted(asking, principal, "call.completed", call, wanted.seat)
    return Done(call=call, done="complete")


@router.post("/drop", responses=ANSWERS)
async def drop(
    request: Request, call_id: Identity, wanted: Dropped, principal: Person, asking: Asking
) -> Done:
    """Take a colleague out of the call; the caller always keeps one of ours."""
    floor, call = floor_of(request), call_id.lower()
    await _own(floor, principal, call, asking)
    with refusals():
        await floor.control.drop(call, wanted.seat)
    _noted(asking, principal, "call.dropped", call, wanted.seat)
    return Done(call=call, done="drop")


@router.post("/lost", responses=ANSWERS)
async def lost(request: Request, call_id: Identity, principal: Person, asking: Asking) -> Done:
    """Say that the page's phone does not have the call; the caller hears music, then this agent."""
    floor, call = floor_of(request), call_id.lower()
    agent = floor.live_state.by_account(principal.account_id or 0)
    if agent is None or agent.seat not in floor.live_state.talks_of(call):
        raise Refused(409, NOT_TALKING)
    with refusals():
        await floor.control.lost(agent.seat)
    _noted(asking, principal, "call.lost", call)
    return Done(call=call, done="lost")


@router.post("/hold", responses=ANSWERS)
async def hold(
    request: Request, call_id: Identity, wanted: WantedHold, principal: Person, asking: Asking
) -> Done:
    """Say that the page's phone has put the caller on hold, or come back (SIL-7).

    The phone itself holds the line; on the way back the caller is thanked for waiting.
    """
    floor, call = floor_of(request), call_id.lower()
    seat = await _own(floor, principal, call, asking)
    with refusals():
        floor.hold(call, seat, on=wanted.on)
    done = "hold" if wanted.on else "back"
    _noted(asking, principal, "call.held", call, done)
    return Done(call=call, done=done)
