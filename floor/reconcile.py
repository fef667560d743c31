"""Making Asterisk's queue members and the database's open duties equal. Does no I/O.

The database is the truth for who is at work, at which seat and why not ready. What Asterisk did by
itself while we were away, a pause after a miss (ANS-2), is taken over into the database first.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ami.events import QueueMemberStatus
from floor.conversations import seat_of
from floor.live_state import AUTO_PAUSE
from floor.people import Agent

GONE = "browser_closed"
"""Reason of a pause because no page is open."""


@dataclass(frozen=True, slots=True)
class Add:
    queue: str
    seat: str
    name: str
    paused: bool


@dataclass(frozen=True, slots=True)
class Remove:
    queue: str
    seat: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause a seat in one queue or in all of its queues, or let it be rung again."""

    seat: str
    paused: bool
    reason: str
    queue: str = ""


Step = Add | Remove | Pause


def missed_meanwhile(
    agents: Iterable[Agent], members: Collection[QueueMemberStatus]
) -> list[Agent]:
    """Return who is ready by the database, but was paused by Asterisk after a miss."""
    paused = {seat_of(one.interface) for one in members if one.paused and one.reason == AUTO_PAUSE}
    return [one for one in agents if one.state == "ready" and one.seat in paused]


def steps(
    agents: Iterable[Agent], members: Collection[QueueMemberStatus], seats: Collection[str]
) -> list[Step]:
    """Return what Asterisk must do; phones that are no `seats` are members without signing in."""
    wanted = {(queue, one.seat): one for one in agents for queue in one.queues}
    found = {(one.queue, seat): one for one in members if (seat := seat_of(one.interface)) in seats}
    stale = {
        key for key, one in found.items() if key not in wanted or wanted[key].number != one.name
    }
    done: list[Step] = [Remove(queue, seat) for queue, seat in sorted(stale)]
    done += [
        Add(queue, seat, one.number, paused=not one.available)
        for (queue, seat), one in sorted(wanted.items(), key=lambda each: each[0])
        if (queue, seat) not in found or (queue, seat) in stale
    ]
    paused = {one.seat: (not one.available, why(one)) for one in wanted.values()}
    fresh = {one.seat for one in done if isinstance(one, Add)}
    differing = fresh | {
        key[1]
        for key, one in found.items()
        if key in wanted and (one.paused, one.reason) != paused[key[1]]
    }
    return [*done, *(Pause(seat, *paused[seat]) for seat in sorted(differing))]


def why(agent: Agent) -> str:
    """Return the reason of a pause as Asterisk is told it, empty for who is ready."""
    if agent.gone:
        return GONE
    if agent.state == "ready":
        return ""
    return agent.reason or agent.state
