"""A ticket's clock: what it measures, when it warns and acts, why it stands. Does no I/O.

TKT-4, 6, 7, 10, 11, 12. Every change is one of the functions below, which take the moment and
return the clock as it is then: the row is kept by who asks.

| state | what it means | what comes next |
|---|---|---|
| running | it will warn | warned |
| warned | it has warned, and will act | acted; a clock that repeats runs again |
| acted | it was due and has acted, once | stopped |
| paused | the customer is waited for: nothing of it is used up | running or warned, as before |
| stopped | what it was for has happened | – |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from features.ticket_clocks.rules import Office


class ClockKind(StrEnum):
    DISPATCH = "dispatch"  # answered or dispatched within the hour (TKT-4)
    TYPING = "typing"  # a letter, fax, e-mail or visit is typed in (TKT-10)
    ANSWER = "answer"  # a consultation is answered (TKT-7)
    LOOK = "look"  # and looked at every hour (TKT-7)
    PROGRESS = "progress"  # the customer is told how far it is (TKT-6)
    FAULT = "fault"  # a fault that is open is chased (TKT-6)
    PROMISED = "promised"  # the department's deadline (TKT-4, TKT-12)
    SURVEY = "survey"  # who has it handled is asked whether it is so (TKT-11)


class ClockState(StrEnum):
    RUNNING = "running"
    WARNED = "warned"
    ACTED = "acted"
    PAUSED = "paused"
    STOPPED = "stopped"


GOES = frozenset({ClockState.RUNNING, ClockState.WARNED})
REPEATS: Final = frozenset(
    {ClockKind.LOOK, ClockKind.PROGRESS, ClockKind.FAULT, ClockKind.PROMISED}
)
"""Begin anew when they have acted: the customer is told again, the department chased again."""

HOUR: Final = 3600.0
SHORTEST: Final = 60.0
"""Seconds of the shortest deadline that somebody can name."""
USUAL_LIMITS: Final[Mapping[ClockKind, float]] = MappingProxyType(
    {
        ClockKind.DISPATCH: 1 * HOUR,
        ClockKind.TYPING: 2 * HOUR,
        ClockKind.ANSWER: 12 * HOUR,
        ClockKind.LOOK: 1 * HOUR,
        ClockKind.PROGRESS: 24 * HOUR,
        ClockKind.FAULT: 24 * HOUR,
        ClockKind.PROMISED: 18 * HOUR,
        ClockKind.SURVEY: 24 * HOUR,
    }
)
"""Seconds, as the regulations say; an installation may say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """How a house measures."""

    office: Office
    limits: Mapping[ClockKind, float] = field(default_factory=lambda: USUAL_LIMITS)
    """Seconds of each clock."""
    urgent: float = 600.0
    """Seconds of the dispatch clock of what is marked urgent (TKT-4: at once)."""
    working: frozenset[ClockKind] = frozenset({ClockKind.PROMISED})
    """Clocks that count working time only; the others count every hour of the day."""
    warn_at: float = 0.75
    """The part of a limit after which a clock warns (TKT-12)."""
    offices: Callable[[str, str], Office] | None = None
    """Makes an office of its own hours and its own holidays; empty: those of the house."""
    theirs: Office | None = None
    """The office of the department that has the ticket, where it has its own."""

    def office_of(self, kind: ClockKind) -> Office:
        """Return the office by whose hours a clock goes."""
        return self.theirs if kind is ClockKind.PROMISED and self.theirs else self.office

    def with_hours(self, hours: str, holidays: str) -> "House":
        """Return the house for a ticket that a department with hours of its own has."""
        if self.offices is None or not (hours or holidays):
            return replace(self, theirs=None)
        return replace(self, theirs=self.offices(hours, holidays))

    def limit(self, kind: ClockKind, *, urgent: bool) -> float:
        """Return the seconds that a clock has."""
        usual = self.limits[kind]
        return min(usual, self.urgent) if urgent and kind is ClockKind.DISPATCH else usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock."""

    kind: ClockKind
    state: ClockState
    started_at: datetime
    limit_s: float
    warn_s: float
    """Seconds after which it warns."""
    working: bool
    """Whether it counts working time only."""
    used_s: float = 0.0
    """Seconds used up before `since`."""
    since: datetime | None = None
    """From when on it counts; None: it does not."""
    due_at: datetime | None = None
    """When it acts if nothing stops it; None: it stands."""
    next_at: datetime | None = None
    """When something is to be done about it; None: nothing."""
    stopped_at: datetime | None = None
    """When it was stopped or paused."""
    why: str = ""
    """The verb that stopped or paused it."""
    times: int = 0
    """How often it has acted."""


def started(
    kind: ClockKind, house: House, *, at: datetime, limit_s: float, due_at: datetime | None = None
) -> Clock:
    """Return a clock that begins at a moment. `due_at` is a deadline that somebody has named.

    One that is named for a time when nobody works, from such a time, counts every hour: by working
    time it would have none to warn in.
    """
    fresh = Clock(
        kind=kind,
        state=ClockState.RUNNING,
        started_at=at,
        limit_s=limit_s,
        warn_s=limit_s * house.warn_at,
        working=kind in house.working,
        since=at,
    )
    office = house.office_of(kind)
    if due_at is not None:
        works = fresh.working and office.between(at, due_at) >= SHORTEST
        fresh = replace(fresh, working=works)
        limit_s = max(SHORTEST, _passed(fresh, office, at, due_at))
        fresh = replace(fresh, limit_s=limit_s, warn_s=limit_s * house.warn_at)
    clock = _aimed(fresh, office)
    return clock if due_at is None else _due_at(clock, due_at)


def used(clock: Clock, office: Office, now: datetime) -> float:
    """Return the seconds of a clock that are used up."""
    since = clock.since
    return clock.used_s + (_passed(clock, office, since, now) if since else 0.0)


def paused(clock: Clock, office: Office, *, now: datetime, why: str) -> Clock:
    """Return the clock as it stands while the customer is waited for; one that has acted stays."""
    return _standing(clock, office, now, ClockState.PAUSED, why) if clock.state in GOES else clock


def going_on(clock: Clock, office: Office, *, now: datetime) -> Clock:
    """Return a paused clock that counts again, with what it had used before."""
    if clock.state is not ClockState.PAUSED:
        return clock
    warned = clock.used_s >= clock.warn_s
    state = ClockState.WARNED if warned else ClockState.RUNNING
    return _aimed(replace(clock, state=state, since=now, stopped_at=None, why=""), office)


def stopped(clock: Clock, office: Office, *, now: datetime, why: str) -> Clock:
    """Return the clock when what it was for has happened."""
    if clock.state is ClockState.STOPPED:
        return clock
    return _standing(clock, office, now, ClockState.STOPPED, why)


def limited(clock: Clock, house: House, limit_s: float) -> Clock:
    """Return a clock that goes with another limit, counted from its beginning."""
    if clock.state not in GOES or limit_s == clock.limit_s:
        return clock
    fresh = replace(clock, limit_s=limit_s, warn_s=limit_s * house.warn_at)
    return _aimed(fresh, house.office_of(clock.kind))


@dataclass(frozen=True, slots=True)
class Due:
    """What a clock does when its moment has come."""

    clock: Clock
    """As it is afterwards."""
    warns: bool
    acts: bool


def fired(clock: Clock, office: Office, *, now: datetime) -> Due:
    """Return what a clock does now; nothing before its moment, and each thing once.

    One whose warning was missed, because nobody looked in time, acts and does not warn.
    """
    if clock.state not in GOES or clock.next_at is None or clock.next_at > now:
        return Due(clock, warns=False, acts=False)
    assert clock.due_at is not None
    if clock.due_at > now:
        warned = replace(clock, state=ClockState.WARNED, next_at=clock.due_at)
        return Due(warned, warns=True, acts=False)
    acted = replace(clock, state=ClockState.ACTED, next_at=None, times=clock.times + 1)
    if clock.kind in REPEATS:
        again = replace(acted, state=ClockState.WARNED, since=now, used_s=0.0)
        # It stays overdue: `due_at` is what was missed, `next_at` when it acts again.
        anew = _aimed(again, office)
        acted = replace(again, due_at=clock.due_at, next_at=anew.due_at)
    return Due(acted, warns=False, acts=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a clock stands where it stands, for one sentence on a page."""

    words: str
    """Which sentence: `runs`, `closed`, `paused`, `overdue` or `stopped`."""
    used_s: float
    limit_s: float
    since: datetime | None
    """From when it stands; None: it runs."""


def standing(clock: Clock, office: Office, now: datetime) -> Standing:
    """Return why a clock stands: “2 h of 12 h used; stopped since 17:30: closed”."""
    so_far = used(clock, office, now)
    if clock.state in {ClockState.STOPPED, ClockState.PAUSED}:
        return Standing(clock.state.value, so_far, clock.limit_s, clock.stopped_at)
    if clock.due_at is not None and clock.due_at <= now:
        return Standing("overdue", so_far, clock.limit_s, clock.due_at)
    closed = office.closed_since(now) if clock.working else None
    if closed is not None:
        return Standing("closed", so_far, clock.limit_s, max(closed, clock.since or closed))
    return Standing("runs", so_far, clock.limit_s, None)


def _passed(clock: Clock, office: Office, since: datetime, until: datetime) -> float:
    if clock.working:
        return office.between(since, until)
    return max(0.0, (until - since).total_seconds())


def _aimed(clock: Clock, office: Office) -> Clock:
    """Return a clock that counts with the moments at which it warns and acts."""
    assert clock.since is not None
    due_at = _reaches(clock, office, clock.limit_s)
    warns = clock.state is ClockState.RUNNING
    next_at = _reaches(clock, office, clock.warn_s) if warns else due_at
    return replace(clock, due_at=due_at, next_at=next_at)


def _due_at(clock: Clock, due_at: datetime) -> Clock:
    """Return a clock that acts at a named moment, be it out of working time."""
    warn_at = min(clock.next_at or due_at, due_at)
    return replace(clock, due_at=due_at, next_at=warn_at)


def _reaches(clock: Clock, office: Office, seconds: float) -> datetime:
    assert clock.since is not None
    left = max(0.0, seconds - clock.used_s)
    if clock.working:
        return office.after(clock.since, left)
    return clock.since + timedelta(seconds=left)


def _standing(clock: Clock, office: Office, now: datetime, state: ClockState, why: str) -> Clock:
    return replace(
        clock,
        state=state,
        used_s=used(clock, office, now),
        since=None,
        due_at=None,
        next_at=None,
        stopped_at=now,
        why=why,
    )
