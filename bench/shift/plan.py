"""Who works and who calls in a simulated shift, drawn beforehand. Does no I/O.

Every caller has a number of their own, so that what is known of a number belongs to one call. The
talks are as long as keeps the agents busy for `BUSY` of their time, writing included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random
from statistics import NormalDist

BUSY = 0.87
"""Share of an agent's time in talks and in writing after them."""

WRAP_UP_S = 5
SHORTEST_TALK_S = 4.0
SPREAD = 0.5
"""Sigma of the log-normal lengths of talks."""

ANSWERS_AFTER_MS = (600, 1500, 3000)
IGNORES = 0.03
"""Share of rings that nobody answers (ANS-2)."""

LOADED, PRIORITY, OVERDUE, KNOWN, IMPATIENT = 90_000, 0.06, 0.02, 0.08, 0.08
"""Longest life of a call in ms; shares of the callers: QUE-1, QUE-2, QUE-3, gone while waiting."""

SORTS = ("large", "important", "dedicated")


@dataclass(frozen=True, slots=True)
class Post:
    """One agent and the desk phone."""

    number: str
    seat: str
    role: str


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller: rings `late_ms` after the turn, hangs up `life_ms` after the menu at last."""

    number: str
    ref: str
    late_ms: int
    life_ms: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One shift."""

    posts: Sequence[Post]
    callers: Sequence[Caller]
    rate: float
    """Calls a second."""
    talks_ms: Sequence[int]
    """Lengths of talks, each as likely."""
    priority: Mapping[str, str] = field(default_factory=dict)
    """Number → sort of customer (QUE-1)."""
    overdue: frozenset[str] = frozenset()
    """Numbers with a complaint past its deadline (QUE-2)."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Number → account number of who has their open matter (QUE-3)."""


def planned(*, agents: int, minutes: float, an_hour: float, random: Random) -> Plan:
    """Draw a shift of so many agents, `an_hour` calls for each of them."""
    posts = [
        Post(str(2001 + place), str(8101 + place), _role(place, agents)) for place in range(agents)
    ]
    rate = agents * an_hour / 3600
    callers, priority, overdue, known = [], {}, set(), {}
    takers = [post.number for post in posts if post.role != "manager"]
    for place in range(max(1, round(rate * 60 * minutes))):
        number = f"139{place:08d}"
        drawn = random.random()
        if drawn < PRIORITY:
            priority[number] = random.choice(SORTS)
        elif drawn < PRIORITY + OVERDUE:
            overdue.add(number)
        elif drawn < PRIORITY + OVERDUE + KNOWN:
            known[number] = random.choice(takers)
        leaves = random.random() < IMPATIENT
        life = random.randrange(12_000, 30_000) if leaves else LOADED
        callers.append(Caller(number, f"shift-{place}", random.randrange(3000), life))
    mean = BUSY * len(takers) / rate - WRAP_UP_S
    return Plan(posts, callers, rate, talks(mean), priority, frozenset(overdue), known)


def talks(mean_s: float, *, classes: int = 8) -> list[int]:
    """Return lengths in ms, each as likely, log-normal with this mean."""
    middle = [NormalDist().inv_cdf((place + 0.5) / classes) for place in range(classes)]
    raw = [exp(SPREAD * one) for one in middle]
    scale = mean_s * classes / sum(raw)
    return [round(1000 * max(SHORTEST_TALK_S, scale * one)) for one in raw]


def _role(place: int, agents: int) -> str:
    managers = max(1, agents // 25)
    if place < managers:
        return "manager"
    return "senior-agent" if place < managers + max(1, agents // 5) else "junior-agent"
