"""What the wallboard and each agent's own line show, as JSON. Does no I/O.

Numbers of callers are not in it: who leads needs to know how many wait, not who (SEC-2).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from floor.live_state import LiveState
from floor.people import Agent, AgentState
from floor.service_level import OURS, TARGETS, QueueWait, level
from floor.state_clocks import is_free, of_phone, rung_by, shown, since

Json = dict[str, object]


def duty(live_state: LiveState, agent: Agent) -> Json:
    """Return one agent's own state."""
    return {
        "state": shown(live_state, agent).value,
        "duty": agent.state,
        "reason": agent.reason,
        "since": since(live_state, agent).isoformat(),
        "seat": agent.seat,
        "kind": agent.kind,
        "missed": live_state.day.misses_of(agent.number),
        "queues": rung_by(agent),
        "today": _today(live_state, agent),
    }


def wallboard(live_state: LiveState, now: datetime) -> Json:
    """Return the whole floor at this moment."""
    waiting = [one for one in live_state.waiting.values() if one.left_at is None]
    waits = live_state.day.waits
    longest = min((one.since for one in waiting), default=None)
    return {
        "at": now.isoformat(),
        "waiting": len(waiting),
        "longest_s": round((now - longest).total_seconds(), 1) if longest else 0.0,
        "longest_since": longest.isoformat() if longest else None,
        "queues": dict(Counter(one.queue for one in waiting)),
        "free": _free(live_state),
        "agents": [_agent(live_state, one) for one in _in_order(live_state.agents)],
        "phones": _phones(live_state),
        "missed": live_state.day.misses,
        "answered": sum(one.answered for one in waits),
        "abandoned": sum(one.abandoned for one in waits),
        "sent_on": sum(one.sent_on and not one.answered for one in waits),
        "service_level": _levels(waits),
    }


def _agent(live_state: LiveState, agent: Agent) -> Json:
    talk = live_state.talks.get(agent.seat)
    return {
        "number": agent.number,
        "name": agent.name,
        "role": agent.role.value,
        **duty(live_state, agent),
        "free": is_free(live_state, agent),
        "call": talk.call if talk else None,
    }


def _today(live_state: LiveState, agent: Agent) -> Json:
    day = live_state.day.agent(agent.number)
    return {
        "calls": day.calls,
        "talk_s": day.talk_s,
        "held_s": day.held_s,
        "wrap_up_s": day.wrap_up_s,
    }


def _free(live_state: LiveState) -> int:
    """Return how many would be rung for the next caller, phones without sign-in among them."""
    people = sum(is_free(live_state, one) for one in live_state.agents.values())
    return people + sum(one["state"] == AgentState.READY.value for one in _phones(live_state))


def _phones(live_state: LiveState) -> list[Json]:
    """Return the phones that are at work without anybody signing in."""
    seats = sorted(set(live_state.members) - set(live_state.agents))
    return [{"phone": seat, "state": _phone(live_state, seat).value} for seat in seats]


def _phone(live_state: LiveState, seat: str) -> AgentState:
    if seat in live_state.talks:
        return AgentState.TALKING
    if seat in live_state.offers:
        return AgentState.RINGING
    return AgentState.PAUSED if live_state.members[seat].paused else of_phone(live_state, seat)


def _levels(waits: Sequence[QueueWait]) -> Json:
    reached = {name: level(waits, target) for name, target in TARGETS.items()}
    return {
        "ours": OURS,
        "presets": {
            name: {
                "share": None if one.share is None else round(one.share, 4),
                "met": one.met,
                "counted": one.counted,
            }
            for name, one in reached.items()
        },
    }


def _in_order(agents: Mapping[str, Agent]) -> list[Agent]:
    return sorted(agents.values(), key=lambda one: one.number)
