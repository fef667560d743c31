"""Interface of a reason to ring somebody: wake-ups, callbacks, campaigns …

A purpose knows its rows: who is due, and what becomes of them. The dispatcher knows lines, moments
and attempts, and nothing of what is said. All methods run in the caller's transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.attempts import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One ring that is to be made."""

    subject_id: int
    seq: int
    """1 is the first attempt for this subject."""
    who: str
    """Whom we ring: a key of the purpose's `contexts`."""
    number: str
    connects: str = ""
    """A second number that the dialplan dials in this call; the guard judges both."""
    at: datetime
    """Never rung before this moment."""
    shown_for: float = 0.0
    """Seconds for which an agent sees whom to call before the agent's phone rings."""
    ring_for: float | None = None
    """Seconds that the phone rings; None: as is usual for the purpose."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What the dialplan is told: channel variables."""


@dataclass(frozen=True, slots=True)
class Over:
    """An attempt has ended."""

    result: str
    """`answered`, why nobody answered, or why nobody was rung."""
    rang: bool
    """Whether a phone can have rung at all."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """Somebody, or something, has lifted the receiver."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody made something known on the telephone."""

    what: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """What became known of an attempt."""

    attempt: Attempt
    at: datetime
    what: Over | Lifted | Statement


@dataclass(frozen=True, slots=True)
class Follow:
    """What is to be done about subjects after something was heard."""

    hang_up: frozenset[int] = frozenset()
    alarm: frozenset[int] = frozenset()


NOTHING = Follow()


class Purpose(Protocol):
    """One reason to ring people."""

    @property
    def name(self) -> str:
        """Return what its attempts are kept under."""
        ...

    @property
    def contexts(self) -> Mapping[str, str]:
        """Return where in the dialplan an answered call goes, by whom was rung."""
        ...

    @property
    def lines(self) -> int:
        """Return how many lines it may take at a time."""
        ...

    @property
    def ring_for(self) -> float:
        """Return for how many seconds a phone rings."""
        ...

    async def next_due(self, connection: AsyncConnection) -> datetime | None:
        """Return when somebody is due next, None when nobody is; asked many times a second."""
        ...

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        """Take over who is due by `until`, as rows: nobody else may get them afterwards."""
        ...

    async def take(self, connection: AsyncConnection, heard: Sequence[AttemptFact]) -> Follow:
        """Let what was heard happen to the subjects, in order."""
        ...

    async def unwanted(
        self, connection: AsyncConnection, subjects: Collection[int]
    ) -> Collection[int]:
        """Return of which of these subjects the phones must not ring any more."""
        ...

    async def unfold(self, connection: AsyncConnection, *, now: datetime) -> None:
        """Once a minute: make the rows of the days to come, close what has ended."""
        ...
