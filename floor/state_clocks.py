"""What each seat is seen to do, and since when: a clock starts anew with each state.

Does no I/O.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from floor.people import AWAY, ENGAGED, Agent, AgentState

if TYPE_CHECKING:
    from floor.live_state import LiveState


def shown(live_state: "LiveState", agent: Agent) -> AgentState:
    """Return what somebody at work is seen to do."""
    seat = agent.seat
    if talk := live_state.talks.get(seat):
        return AgentState.ON_HOLD if talk.held_since else AgentState.TALKING
    if (offer := live_state.offers.get(seat)) and not offer.answered:
        return AgentState.RINGING
    if agent.gone:
        return AgentState.GONE
    if agent.state != "ready":
        return AgentState(agent.state)
    return of_phone(live_state, seat)


def of_phone(live_state: "LiveState", seat: str) -> AgentState:
    """Return what a phone does with which nobody talks to a caller of ours."""
    member = live_state.members.get(seat)
    if member is None or member.device in AWAY:
        return AgentState.UNREACHABLE
    return AgentState.BUSY if member.device in ENGAGED else AgentState.READY


def is_free(live_state: "LiveState", agent: Agent) -> bool:
    """Tell whether somebody would be rung for the next caller; who is in no queue is not."""
    return bool(rung_by(agent)) and shown(live_state, agent) is AgentState.READY


def rung_by(agent: Agent) -> list[str]:
    """Return the queues whose callers somebody is offered, beside those who ask for the seat."""
    return [one for one in agent.queues if not one.startswith("own-")]


def since(live_state: "LiveState", agent: Agent) -> datetime:
    """Return since when somebody has been in the state that is shown.

    A talk's clock goes on after a hold; an idle state's starts with the state, not with the choice
    of it before the last talk.
    """
    if talk := live_state.talks.get(agent.seat):
        return talk.held_since or talk.since
    if offer := live_state.offers.get(agent.seat):
        return offer.at
    known = (live_state.clocks.since(agent.seat), live_state.day.last_talk(agent.number))
    return max([agent.since, *(one for one in known if one is not None)])


class StateClocks:
    """When each seat was first seen in the state in which it is."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[AgentState, datetime | None]] = {}

    def look(self, states: Mapping[str, AgentState], now: datetime) -> list[str]:
        """Take note of what is seen now; return the seats that were seen otherwise before.

        Of who is seen for the first time it is not known since when.
        """
        before, self._seen = self._seen, {}
        changed = []
        for seat, state in states.items():
            was = before.get(seat)
            if was is not None and was[0] is not state:
                changed.append(seat)
                self._seen[seat] = (state, now)
            else:
                self._seen[seat] = was or (state, None)
        return changed

    def since(self, seat: str) -> datetime | None:
        """Return since when, None when that began before we looked."""
        return self._seen[seat][1] if seat in self._seen else None
