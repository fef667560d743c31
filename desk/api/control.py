"""Owns what the agent of a call does with it in the API: script keys, transfers, hold words."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from desk.admission import Holder
from desk.api.asking import Identity, Person
from desk.live import floor_of
from desk.policy import LEADERS
from desk.problems import Refused, documented
from floor.control import NotDoneError, NotTalkingError, Script
from floor.floor import Floor

router = APIRouter(prefix="/api/v1/calls/{call_id}", tags=["floor"])

ANSWERS = documented(401, 403, 409, 422, 503)


class WantedScript(BaseModel):
    """Words that the system says in the agent's place (SIL-1, SIL-3, SIL-4, SIL-5)."""

    model_config = ConfigDict(extra="forbid")

    name: Script


class WantedTransfer(BaseModel):
    """Where the caller is to go."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(
        pattern=r"^(w[0-9]{2}|[0-9]{3,6})$",
        description="A colleague's account number, a seat, or a phone's number.",
    )


class Done(BaseModel):
    """What was sent to Asterisk, and carried out."""

    call: str
    done: str


@router.post("/script", responses=ANSWERS)
async def say_script(
    request: Request, call_id: Identity, wanted: WantedScript, holder: Person
) -> Done:
    """Let the system say a script to the caller; the agent is free again at once.

    Who speaks again comes back to the same agent first.
    """
    floor, call = floor_of(request), call_id.lower()
    _own(floor, holder, call)
    try:
        await floor.control.script(call, wanted.name)
    except NotDoneError as error:
        raise not_done(error) from None
    except NotTalkingError:
        raise Refused(409, NOT_TALKING) from None
    return Done(call=call, done=f"script-{wanted.name.value}")


@router.post("/transfer", responses=ANSWERS)
async def transfer(
    request: Request, call_id: Identity, wanted: WantedTransfer, holder: Person
) -> Done:
    """Connect the caller with a colleague or another phone; the agent is let go."""
    floor, call = floor_of(request), call_id.lower()
    _own(floor, holder, call)
    colleague = floor.picture.by_number(wanted.to)
    to = colleague.seat if colleague else wanted.to
    try:
        await floor.control.transfer(call, to)
    except NotDoneError as error:
        raise not_done(error) from None
    except NotTalkingError:
        raise Refused(409, NOT_TALKING) from None
    return Done(call=call, done="transfer")


NOT_TALKING = "Nobody talks in this call now, or it is being taken elsewhere."


def not_done(error: NotDoneError) -> Refused:
    """Return what to say when Asterisk did not do it, or did not say so."""
    if error.refused:
        return Refused(409, "Asterisk did not do it: the call has ended or there is no such place.")
    return Refused(503, "The link to Asterisk was lost; whether it was done is not known.")


def _own(floor: Floor, holder: Holder, call: str) -> None:
    """Refuse those who neither talk in the call nor lead."""
    found = floor.picture.talk_of(call)
    if found is None:
        raise Refused(409, NOT_TALKING)
    worker = floor.picture.workers.get(found[0])
    theirs = worker is not None and worker.account_id == holder.account_id
    if not theirs and holder.role not in LEADERS:
        raise Refused(403, "This is another agent's call.")
