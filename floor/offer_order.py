"""Offer order: which waiting caller is next when an agent becomes free (QUE-1…3).

Asterisk asks for each waiting caller once a second whether a phone is free, each queue for itself:
without more, a caller of everybody's queue could take the senior agent for whom a large customer
waits. Its own remedy, weights, counts callers whose phone already rings as waiting: it holds
everybody back from agents who are free, while whoever comes later passes them. So an agent who
becomes free is shown to the queue of the highest rank first, and to the next when all who wait
there have had the time to see it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from floor.live_state import LiveState
from floor.people import DeviceState, WaitingCaller

HEAD_START_S: Final = 1.2
"""Seconds after which each waiting caller has been asked for, and some for a busy machine."""

SAYS_SO: Final = timedelta(seconds=1)
"""A phone that has not said for so long that it rings does not: it is away."""

_RANKS: Final = ("own-", "manager", "senior", "hotline")


def stages(queues: Iterable[str], awaited: Collection[str]) -> list[tuple[str, ...]]:
    """Return the queues to which a free agent is shown, one group after the other.

    A group ends with a queue in which somebody waits; where nobody waits no head start is needed.
    """
    told: list[tuple[str, ...]] = []
    group: tuple[str, ...] = ()
    for queue in sorted(queues, key=_rank):
        group = (*group, queue)
        if queue in awaited:
            told.append(group)
            group = ()
    return [*told, group] if group else told


def awaited(live_state: LiveState) -> frozenset[str]:
    """Return the queues in which somebody waits for whom no phone rings."""
    return frozenset(one.queue for one in _longest_first(live_state))


def next_in_line(live_state: LiveState, queues: Collection[str]) -> WaitingCaller | None:
    """Return who is next in these queues: of those for whom no phone rings the longest waiting."""
    return next((one for one in _longest_first(live_state) if one.queue in queues), None)


def about_to_ring(live_state: LiveState, now: datetime) -> list[str]:
    """Return the seats whose phones were told to ring for a caller, and do not say so yet."""
    return [
        seat
        for seat, offer in live_state.offers.items()
        if offer.queue
        and now - offer.at < SAYS_SO
        and (member := live_state.members.get(seat))
        and member.device == DeviceState.IDLE
    ]


def is_served(live_state: LiveState, waiter: WaitingCaller) -> bool:
    """Tell whether a phone rings for somebody who waited, or the caller has left the queue."""
    return waiter not in _longest_first(live_state)


def _longest_first(live_state: LiveState) -> list[WaitingCaller]:
    rung = {offer.linkedid for offer in live_state.offers.values()}
    waiting = (
        one
        for linkedid, one in live_state.waiting.items()
        if linkedid not in rung and one.left_at is None
    )
    return sorted(waiting, key=lambda one: one.since)


def _rank(queue: str) -> int:
    return next((rank for rank, name in enumerate(_RANKS) if queue.startswith(name)), len(_RANKS))
