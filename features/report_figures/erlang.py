"""How many agents the calls of a half hour need: Erlang C (ANS-1). Does no I/O.

Callers come at random, wait as long as it takes, and are taken in their order. Real callers give
up, so a little fewer agents would do; whoever plans by it is on the safe side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, inf
from typing import Final

MOST_AGENTS: Final = 2000
WEEKS: Final = 8
"""Weeks of the past that a forecast is made of."""


@dataclass(frozen=True, slots=True)
class Load:
    """The calls of one stretch of time."""

    calls: float
    handling_s: float
    """Seconds that an agent has to do with a call, on average."""
    seconds: float = 1800.0
    """The stretch."""

    @property
    def erlangs(self) -> float:
        """Return how many agents would talk at the same time if nobody waited."""
        return self.calls * self.handling_s / self.seconds


def waiting(agents: int, erlangs: float) -> float:
    """Return the probability that a caller has to wait (Erlang C), 0 to 1."""
    if erlangs <= 0:
        return 0.0
    if agents <= erlangs:
        return 1.0
    blocked = 1.0  # Erlang B, agent by agent: numbers stay small
    for each in range(1, agents + 1):
        blocked = erlangs * blocked / (each + erlangs * blocked)
    return blocked / (1 - erlangs / agents * (1 - blocked))


def level(agents: int, load: Load, within_s: float) -> float:
    """Return the share of callers who wait no longer than `within_s`."""
    if load.erlangs <= 0:
        return 1.0
    if agents <= load.erlangs:
        return 0.0
    spare = (agents - load.erlangs) * within_s / load.handling_s
    return 1.0 - waiting(agents, load.erlangs) * exp(-spare)


def average_wait_s(agents: int, load: Load) -> float:
    """Return how long callers wait on average; infinite where they become more and more."""
    if load.erlangs <= 0:
        return 0.0
    if agents <= load.erlangs:
        return inf
    return waiting(agents, load.erlangs) * load.handling_s / (agents - load.erlangs)


def needed(load: Load, *, within_s: float, share: float) -> int:
    """Return the fewest agents with whom such a share is answered within the time."""
    if load.erlangs <= 0:
        return 0
    agents = int(load.erlangs) + 1
    while level(agents, load, within_s) < share and agents < MOST_AGENTS:
        agents += 1
    return agents


def forecast(
    day: date, past: Mapping[date, Sequence[float]], *, weeks: int = WEEKS
) -> Sequence[float] | None:
    """Return what to expect of each half hour of a day: newer weeks weigh more.

    `past` has by day what there was in each half hour. Days that it does not have are left out;
    None: it has none of the same weekday.
    """
    known = [
        (weeks + 1 - ago, past[one])
        for ago in range(1, weeks + 1)
        if (one := date.fromordinal(day.toordinal() - 7 * ago)) in past
    ]
    if not known:
        return None
    whole = sum(weight for weight, _ in known)
    return [
        sum(weight * each[slot] for weight, each in known) / whole
        for slot in range(len(known[0][1]))
    ]
