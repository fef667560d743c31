"""What callers and agents themselves noted of their calls. Does no I/O.

Times are seconds of one clock, the telephones' own; nothing of it comes from the hotline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from caller.leg import Leg


@dataclass(slots=True)
class Part:
    """An agent and a customer who talked, as the two saw it."""

    agent: str
    """Account number."""
    how: str
    began: float
    ended: float = 0.0
    held_s: float = 0.0


@dataclass(slots=True)
class Page:
    """One call, as its people noted it."""

    ref: str
    kind: str
    outcome: str
    hung_up_by: str
    caller: Leg
    parts: list[Part] = field(default_factory=list)
    asked_at: float = 0.0
    """When the caller asked for an agent."""
    message_s: float | None = None
    """Spoken into the message, from the tone to the key that ended it."""
    misses: dict[str, int] = field(default_factory=dict)
    """How often each agent's phone rang in vain."""

    @property
    def answered(self) -> float:
        return self.caller.began + (self.caller.moment("answered") or 0.0)

    @property
    def ended(self) -> float:
        return self.caller.began + (self.caller.moment("ended") or 0.0)

    @property
    def held_s(self) -> float:
        return sum(one.held_s for one in self.parts)

    @property
    def talk_s(self) -> float | None:
        """Return the seconds with anybody, without those on hold; None: with nobody."""
        if not self.parts:
            return None
        total, covered = 0.0, 0.0
        for one in sorted(self.parts, key=lambda part: part.began):
            total += max(0.0, one.ended - max(covered, one.began))
            covered = max(covered, one.ended)
        return total - self.held_s


@dataclass(slots=True)
class Book:
    """All pages."""

    pages: list[Page] = field(default_factory=list)
    wrap_up_s: dict[str, float] = field(default_factory=dict)
    """Each agent's own clock of writing after calls."""

    def calls_of(self, agent: str) -> int:
        return sum(any(part.agent == agent for part in page.parts) for page in self.pages)

    def parts_of(self, agent: str) -> Sequence[Part]:
        return [part for page in self.pages for part in page.parts if part.agent == agent]

    def misses_of(self, agent: str) -> int:
        return sum(page.misses.get(agent, 0) for page in self.pages)

    def count(self, *outcomes: str) -> int:
        return sum(page.outcome in outcomes for page in self.pages)
