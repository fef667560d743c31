"""What makes a call more worth an inspector's time. Does no I/O.

Each signal is as many lots more when calls are drawn by risk. Clauses that the agent of a call
broke, as far as they are judged by then, come through `Facts.more`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from features.call_judgements.clauses import Measure

AGENT_FIRST: Final = "agent_first"
LONG_HOLD: Final = "long_hold"
REPEATED: Final = "repeated"
MISSED: Final = "missed"

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        AGENT_FIRST: 4.0,  # SIL-6: the agent hung up before the customer
        LONG_HOLD: 2.0,  # SIL-7
        REPEATED: 2.0,  # the customer called before within the week (QUE-2)
        MISSED: 1.0,  # ANS-2: somebody's phone rang without an answer
    }
)
"""Lots that a signal adds."""

BROKEN: Final[Mapping[Measure, tuple[str, float]]] = MappingProxyType(
    {
        Measure.CALLBACK: ("broken_callback", 3.0),  # CBK-1: a promise that was not kept
        Measure.DEAD_AIR: ("broken_dead_air", 2.0),
        Measure.INTERRUPTING: ("broken_interrupting", 2.0),
        Measure.RATE: ("broken_rate", 1.0),
        Measure.LOUDNESS: ("broken_loudness", 1.0),
    }
)
"""The signal of a broken clause, and its lots. Only what an agent does differently counts: ANS-1 or
SIL-1 are the house's. SIL-6, SIL-7 and ANS-2 have the signals above, and would count twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a call when it is drawn."""

    hung_up_by: str | None = None
    held_s: float = 0.0
    calls_of_customer: int = 1
    """Calls of the same customer within the week, this one among them."""
    misses: int = 0
    more: Mapping[str, float] = field(default_factory=dict)
    """Other signals with their lots: each is one of the words `signal_…`."""


def of_clauses(broken: Iterable[Measure]) -> Mapping[str, float]:
    """Return the signals of the clauses that a call broke, each once, with their lots."""
    return dict(BROKEN[each] for each in broken if each in BROKEN)


def signals(facts: Facts, *, long_hold_s: float) -> Sequence[str]:
    """Return what speaks for a call, in a fixed order."""
    said = {
        AGENT_FIRST: facts.hung_up_by == "agent",
        LONG_HOLD: facts.held_s >= long_hold_s,
        REPEATED: facts.calls_of_customer > 1,
        MISSED: facts.misses > 0,
    }
    return [*(name for name, holds in said.items() if holds), *sorted(facts.more)]


def risk(facts: Facts, *, long_hold_s: float) -> float:
    """Return how many lots more a call has than one without any signal."""
    weights = {**WEIGHTS, **facts.more}
    return sum(weights[name] for name in signals(facts, long_hold_s=long_hold_s))
