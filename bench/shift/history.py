"""The shape of a shift as it was: what each caller and each agent went through. Does no I/O.

Times are seconds since 1970. What the queue itself tells is known to the second only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.shift.spells import Spell, minus

NEVER = 4_102_444_800.0
"""The end of what has not ended."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One agent's phone that rang for a caller, and perhaps was answered."""

    seat: str
    queue: str
    began: float
    ended: float
    """When the phone was free again."""
    answered: float | None = None

    @property
    def ringing(self) -> Spell:
        return Spell(self.began, self.ended if self.answered is None else self.answered)

    @property
    def busy(self) -> Spell:
        return Spell(self.began, self.ended)


@dataclass(frozen=True, slots=True)
class Stay:
    """A caller's time in one queue; when it began is known to the second."""

    queue: str
    spell: Spell


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one caller went through."""

    ref: str
    number: str
    answered: float | None
    held_ans1: bool
    ended: float | None
    disposition: str | None
    fallback: str | None = None
    joined: float | None = None
    left: float | None = None
    """Connected, gone, or sent elsewhere: waits no more."""
    stays: Sequence[Stay] = ()
    rings: Sequence[Ring] = ()
    misses: Sequence[tuple[str, float]] = ()
    """Account numbers whose phone rang in vain, and when that was over, as the call's row says."""
    recording: tuple[str, float] | None = None
    """State and seconds."""
    returned: bool = False
    """Lost an agent before, and waits in front of the others."""

    @property
    def unrung(self) -> list[Spell]:
        """Return when the caller waited and no phone rang."""
        if self.joined is None or self.left is None:
            return []
        return minus([Spell(self.joined, self.left)], [ring.ringing for ring in self.rings])

    def queue_at(self, at: float) -> str:
        """Return which queue the caller stood in; empty where that is not sure."""
        for stay in self.stays:
            if stay.spell.began + 1.2 <= at <= stay.spell.ended - 0.2:
                return stay.queue
        return ""


@dataclass(frozen=True, slots=True)
class Worker:
    """What one agent went through; `ready` only where database and Asterisk agree."""

    number: str
    seat: str
    role: str
    ready: Sequence[Spell]
    pauses: Sequence[float] = ()
    """When paused after a miss, by the database."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A ticket, as long as it was not settled."""

    complaint: bool
    due: float
    handler: str | None
    open: Spell


@dataclass(frozen=True, slots=True)
class Shift:
    """Everything that is judged."""

    calls: Sequence[Story]
    workers: Sequence[Worker]
    sorts: Mapping[str, str] = field(default_factory=dict)
    """Number → sort of customer, where it is not the normal one."""
    matters: Mapping[str, Sequence[Matter]] = field(default_factory=dict)
    """Number → tickets, newest first."""

    def busy(self, seat: str) -> list[Ring]:
        """Return every ring and talk of a seat, in order."""
        every = (ring for call in self.calls for ring in call.rings if ring.seat == seat)
        return sorted(every, key=lambda ring: ring.began)
