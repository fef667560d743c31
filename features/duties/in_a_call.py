"""Refuses what would cut off a call: signing out waits until it is over."""

from fastapi import Request

from floor.floor import Floor
from web.current_user import Principal
from web.problems import Refused


def not_in_a_call(request: Request, principal: Principal) -> None:
    """Raise Refused with 409 while the person talks, or the phone rings for a caller."""
    floor: Floor | None = getattr(request.app.state, "floor", None)
    agent = floor.live_state.by_account(principal.account_id or 0) if floor else None
    if floor is None or agent is None or not floor.connected:
        return  # without a word from the switch there may be no call; nobody is kept for it
    if floor.live_state.in_a_call(agent.seat):
        raise Refused(409, "You are in a call; this can be done when it has ended.")
