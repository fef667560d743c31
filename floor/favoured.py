"""Owns that callers who are favoured are asked first when an agent becomes free (QUE-1…3).

Asterisk asks for each waiting caller once a second whether a phone is free, each queue for itself:
without more, a caller of everybody's queue could take the senior agent for whom a large customer
waits. Its own remedy, weights, counts callers whose phone already rings as waiting: it holds
everybody back from agents who are free, while whoever comes later passes them. So an agent who
becomes free is shown to the queue of the highest rank first, and to the next when all who wait
there have had the time to see it. And whoever is next is told to ask now: a caller who comes just
then asks at once, and Asterisk takes a phone for free until it says that it rings.
"""

from collections.abc import Collection, Iterable
from typing import Final

from floor.people import Waiter
from floor.picture import Picture

HEAD_START_S: Final = 1.2
"""Seconds after which each waiting caller has been asked for, and some for a busy machine."""
NUDGED: Final = 2
"""So many are told that somebody is free: the first may be hanging up just now."""

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


def awaited(picture: Picture) -> frozenset[str]:
    """Return the queues in which somebody waits for whom no phone rings."""
    return frozenset(one.queue for one in _longest_first(picture))


def next_in_line(picture: Picture, queues: Collection[str]) -> list[str]:
    """Return the channels of who is next in these queues, the longest waiting first."""
    return [one.channel for one in _longest_first(picture) if one.queue in queues][:NUDGED]


def _longest_first(picture: Picture) -> list[Waiter]:
    rung = {offer.linkedid for offer in picture.offers.values()}
    waiting = (
        one
        for linkedid, one in picture.waiting.items()
        if linkedid not in rung and one.left_at is None
    )
    return sorted(waiting, key=lambda one: one.since)


def _rank(queue: str) -> int:
    return next((rank for rank, name in enumerate(_RANKS) if queue.startswith(name)), len(_RANKS))
