"""Where a caller may be transferred: only to where somebody is."""

from fastapi import Request

from callflow.rules.routing import Queue
from floor.live_state import LiveState
from floor.people import AWAY, Agent
from permissions.roles import SEATED
from settings import Settings
from trunks import reading as trunks
from web.live import floor_of
from web.problems import Refused


def target(request: Request, to: str) -> str:
    """Return the seat, phone, queue or emergency number that `to` means.

    A colleague is named by account number or seat. Raises Refused with 422 when nobody is there:
    the caller has not been moved then.
    """
    place = place_of(floor_of(request).live_state, request.app.state.settings, to)
    if place is None:
        raise Refused(422, "Nobody is at work there; the caller was not moved.")
    return place


def place_of(live_state: LiveState, settings: Settings, to: str) -> str | None:
    """Return what the dialplan is to be told, None when nobody is there."""
    if live_state.by_number(to) or to in live_state.agents:
        colleague = colleague_of(live_state, to)
        return colleague.seat if colleague else None
    if to in set(Queue) or _is_there(live_state, settings, to):
        return to
    helps = trunks.leads_out(settings) and to in settings.emergency_numbers.split(",")
    return to if to and helps else None


def colleague_of(live_state: LiveState, to: str) -> Agent | None:
    """Return who is at work by this account number or seat; inspectors only listen (QA-1)."""
    found = live_state.by_number(to) or live_state.agents.get(to)
    return found if found and found.role in SEATED else None


def _is_there(live_state: LiveState, settings: Settings, phone: str) -> bool:
    """Tell whether a phone that nobody signs in at can ring, as far as is known."""
    if phone not in settings.phones.split(","):
        return False
    member = live_state.members.get(phone)
    return member is None or member.device not in AWAY
