"""Changes of one's own duty (QUE-4): sign in at a seat, sign out, rest, move, be there.

The agent's page asks the API, which calls these; a leader who signs an agent out or moves one
comes by `supervision`. Each change is on record as an event of the duty (`duty_events`), with its
reason, and in the audit log (SEC-1). All raise Refused: 409 when it is not as the page thinks, and
503 while another desk has the floor.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from db.bounded import RequestDatabase
from features.agent_desk.api import refusals
from features.audit.access import audit_entry, noted
from features.duties.in_a_call import not_in_a_call
from features.duties.queries import AtWorkError, DutyKind, DutyState, SeatTakenError
from floor.attendance import QUEUES, NoSeatError
from floor.floor import Floor
from floor.people import Agent
from permissions.roles import LEADERS
from web.api_models import VISIBLE, InputModel
from web.current_user import Principal
from web.problems import Refused

PageName = Annotated[str, Field(max_length=40, pattern=VISIBLE)]
Reason = Annotated[str, Field(max_length=40, pattern=VISIBLE)]


class SeatInput(InputModel):
    """Where somebody wants to work."""

    kind: DutyKind = Field(description="`browser`: the phone in the page; `phone`: a desk phone.")
    phone: str = Field(
        "", max_length=8, pattern=r"^[0-9]*$", description="The desk phone's number."
    )
    page: PageName = Field(
        "",
        description="The name that the page gave to `/live`: the seat's phone is in this page now.",
    )


class StateInput(InputModel):
    """Ready for callers, or not, and why."""

    state: Literal["ready", "paused", "wrap_up"]
    reason: Reason = ""


NEW: Final = "This desk has only just started. Try again in a moment."
AWAY: Final = (
    "This desk does not reach Asterisk yet, and does not know who is at work. Try again soon."
)


def at_work(floor: Floor, principal: Principal) -> Agent:
    """Return the agent who asks.

    Raises Refused: 409 when not at work; 503 when this desk does not know yet who is: it has only
    just started, or Asterisk is away since.
    """
    agent = floor.live_state.by_account(principal.account_id or 0)
    if agent is None and not floor.settled:
        raise Refused(503, NEW if floor.connected else AWAY)
    if agent is None:
        raise Refused(409, "You are not at work: sign in at a seat first.")
    return agent


async def begin(
    asking: RequestDatabase, floor: Floor, principal: Principal, given: SeatInput
) -> Agent:
    """Sign in at a seat; asked again for the same seat, it is given again.

    Of two who want one seat in the same moment one gets it; the other is told (409).
    """
    assert principal.account_id is not None
    if principal.role not in QUEUES:
        raise Refused(403, f"The role {principal.role.value} does not work at a seat.")
    try:
        agent = await floor.attendance.sign_in(
            principal.account_id, given.kind, given.phone, now=floor.now()
        )
    except AtWorkError:
        raise Refused(409, "You are at work at another seat; sign out there first.") from None
    except SeatTakenError:
        raise Refused(409, "Somebody else works at this phone.") from None
    except NoSeatError:
        raise Refused(409, "There is no such seat, or none is free.") from None
    noted(asking, audit_entry(principal, "duty.began", agent.seat))
    return agent


async def move(asking: RequestDatabase, floor: Floor, principal: Principal) -> str | None:
    """Take the phone from the page that has it; return the call that goes along, None for none.

    Refused while the phone rings: where it rings, it can be answered.
    """
    account_id = principal.account_id or 0
    agent, call = floor.live_state.by_account(account_id), None
    if agent and agent.kind == DutyKind.BROWSER.value:
        if agent.seat in floor.live_state.offers:
            raise Refused(409, "The phone rings in the other window; answer there first.")
        # First the old phone goes: a caller who comes back to the seat must not ring there.
        await floor.attendance.take_phone_off(agent)
        call = await _taken_along(floor, agent)
    floor.presence.release(account_id)
    floor.streams.tell_account(account_id, "moved", lambda _: {"call": call})
    noted(asking, audit_entry(principal, "duty.moved", agent.seat if agent else ""))
    return call


async def end(
    asking: RequestDatabase, floor: Floor, principal: Principal, *, force: bool = False
) -> None:
    """Sign out; not in a call, unless a leader forces it: then the call goes on."""
    agent = at_work(floor, principal)
    if not force:
        not_in_a_call(floor, principal)
    elif principal.role not in LEADERS:
        raise Refused(403, "Only leaders may end work in a call.")
    await floor.attendance.sign_out(agent, reason="", now=floor.now())
    floor.presence.release(agent.account_id)
    noted(asking, audit_entry(principal, "duty.ended", agent.seat, "forced" if force else ""))


async def turn(
    asking: RequestDatabase, floor: Floor, principal: Principal, given: StateInput
) -> Agent:
    """Be ready, rest with a reason (暂停受理), or write down after a call."""
    if given.state == "paused" and not given.reason.strip():
        raise Refused(422, "A pause needs a reason.")
    reason = given.reason.strip() if given.state == "paused" else ""
    agent = await floor.attendance.turn(
        at_work(floor, principal), DutyState(given.state), reason=reason, now=floor.now()
    )
    if agent is None:
        raise Refused(409, "Your duty has ended meanwhile.")
    noted(
        asking, audit_entry(principal, "duty.state", agent.seat, f"{given.state} {reason}".strip())
    )
    return agent


def be_present(floor: Floor, principal: Principal) -> None:
    """Give a sign of life of a page whose stream is broken; it counts for three seconds."""
    if principal.account_id is not None:
        floor.present(principal.account_id)


async def _taken_along(floor: Floor, agent: Agent) -> str | None:
    talk = floor.live_state.talks.get(agent.seat)
    with refusals():
        moved = await floor.control.reunite(agent.seat)
    return talk.call if talk and moved else None
