"""The figures of the day: what the ledger has counted, and what it has yet to be told.

Does no I/O. The ledger's word on a call stands (`floor.day_counts` asks for it); until it is there
a caller counts as the queue saw it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from floor.service_level import QueueWait


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """What an agent has done today."""

    calls: int = 0
    """In which the agent talked."""
    talk_s: float = 0.0
    held_s: float = 0.0
    wrap_up_s: float = 0.0
    missed: int = 0
    last_talk: datetime | None = None
    """When the last talk ended."""


IDLE = AgentDay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The day as the ledger has it."""

    waits: Mapping[str, QueueWait] = field(default_factory=dict)
    """Each caller's wait, by linkedid, that of another node with its name before it."""
    agents: Mapping[str, AgentDay] = field(default_factory=dict)
    """By account number, or the number of a phone."""


class DayFigures:
    """The figures of today."""

    def __init__(self) -> None:
        self._counted = Counted()
        self._live: dict[str, QueueWait] = {}
        self._missed: Counter[str] = Counter()
        self.stale = True
        """Something has happened that the ledger was not asked about."""

    def waited(self, linkedid: str, wait: QueueWait) -> None:
        """Count a caller whose wait is over, as the queue saw it."""
        self._live[linkedid] = wait
        self.stale = True

    def missed(self, number: str) -> None:
        """Count a phone that rang without an answer."""
        self._missed[number] = max(self._missed[number], self.agent(number).missed) + 1
        self.stale = True

    def happened(self) -> None:
        """Note that a talk is over: the ledger will have more to tell."""
        self.stale = True

    def begins(self) -> None:
        """Begin a day at nought."""
        self._counted, self._live, self._missed = Counted(), {}, Counter()

    def put(self, counted: Counted) -> list[str]:
        """Take over what the ledger has counted; what it has not heard of yet stays.

        Return the numbers of those whose figures are others now.
        """
        before, self._counted = self._counted.agents, counted
        self._live = {key: one for key, one in self._live.items() if key not in counted.waits}
        return [
            number
            for number in sorted({*before, *counted.agents})
            if before.get(number, IDLE) != counted.agents.get(number, IDLE)
        ]

    @property
    def waits(self) -> Sequence[QueueWait]:
        """Return every caller's wait that is over, once."""
        return list({**self._live, **self._counted.waits}.values())

    def agent(self, number: str) -> AgentDay:
        """Return what somebody has done today."""
        return self._counted.agents.get(number, IDLE)

    def misses_of(self, number: str) -> int:
        """Return how often somebody's phone has rung in vain."""
        return max(self._missed[number], self.agent(number).missed)

    @property
    def misses(self) -> int:
        """Return how often any phone has, of whoever is or was at work."""
        return sum(self.misses_of(one) for one in {*self._missed, *self._counted.agents})

    def last_talk(self, number: str) -> datetime | None:
        """Return when somebody's last talk ended."""
        return self.agent(number).last_talk
