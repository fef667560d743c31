"""Owns one promised call back, from the promise until both have talked. Does no I/O.

CBK-1, CBK-2, SIL-4. Every change is `decide(promise, event, now, rules) -> (promise, commands)`:
the dispatcher keeps the row and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| open | nothing, until `next_at` and until somebody is free | an agent is rung |
| ringing | an agent's phone rings | taken; else open, for another agent |
| taken | the agent hears a word; the customer's phone does not ring yet | dialling |
| dialling | the customer's phone rings | talking; else open, for later; at last failed |
| talking | both talk | kept |
| kept | both have talked, or somebody says so | – |
| failed | tried in vain, far too late, or not to be rung: the desk shouts | a person decides |
| unknown | the customer's phone may have rung and nobody knows what came of it | a person decides |
| cancelled | not wanted any more | – |

A customer's phone rings at most once for an attempt. It rings only after an agent has lifted the
receiver and has heard a word; so an attempt that ends before anybody lifted did not reach the
customer, whatever died. One that ends without a word after that may have, and is `unknown`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class PromiseKind(StrEnum):
    CANNOT_HEAR = "cannot_hear"  # the caller could not hear us: within 3 minutes (SIL-4)
    QUEUE = "queue"  # the caller did not want to wait and keeps the place
    AGENT = "agent"  # an agent said so (CBK-1)


class PromiseState(StrEnum):
    OPEN = "open"
    RINGING = "ringing"
    TAKEN = "taken"
    DIALLING = "dialling"
    TALKING = "talking"
    KEPT = "kept"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


OVER = frozenset({PromiseState.KEPT, PromiseState.CANCELLED})
ON_THE_PHONE = frozenset(
    {PromiseState.RINGING, PromiseState.TAKEN, PromiseState.DIALLING, PromiseState.TALKING}
)
FOR_A_PERSON = frozenset({PromiseState.FAILED, PromiseState.UNKNOWN})
"""Nothing happens by itself any more: somebody must decide."""
NOT_TALKED_YET = frozenset({PromiseState.OPEN, PromiseState.RINGING})
"""Overdue in these states when the time has passed."""

LEAD = timedelta(seconds=60)
"""An agent's promise is called this long before it is due, so that it is kept in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a house keeps its promises; times in seconds."""

    again_every: float = 300.0
    """From a customer who was not reached to the next try."""
    most_tries: int = 3
    """So often a customer's phone is rung before the desk is told."""
    round_every: float = 30.0
    """When every free agent has let it ring, the first is asked again after this."""
    grace: float = 14_400.0
    """What waits for longer than this is not called by itself any more: a person decides."""
    promised_again_for: float = 1800.0
    """Who was told that there is no answer yet is promised another call within this (CBK-1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """One promised call back."""

    kind: PromiseKind
    due_at: datetime
    """The latest moment that was promised; aware, UTC."""
    state: PromiseState = PromiseState.OPEN
    next_at: datetime | None
    """When an agent is to be rung; None while an attempt, or a person, has it."""
    tries: int = 0
    """How often the customer's phone was rung."""
    asked: int = 0
    """How often an agent's phone was rung: the number of the attempt."""
    passed: tuple[str, ...] = ()
    """Seats that let it ring since the customer was tried last."""
    found: bool = False
    """Somebody has the answer for the customer, and asked for the call."""
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """`next_at` has come; `seat` is free for it, None: nobody is."""

    seat: str | None


@dataclass(frozen=True, slots=True)
class AllPassed:
    """`next_at` has come, but everybody who is free has let it ring."""


@dataclass(frozen=True, slots=True)
class Took:
    """The agent has lifted the receiver."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """The customer's phone is about to ring."""


@dataclass(frozen=True, slots=True)
class Talked:
    """The customer has lifted the receiver: both talk."""


@dataclass(frozen=True, slots=True)
class NotReached:
    """The customer was busy, did not answer, could not be reached."""


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The agent's call is over; what it brought was told before."""

    seat: str
    told: bool = True
    """Asterisk said how it ended; False: it died, or nobody ever heard."""
    rang: bool = True
    """Whether the agent's phone can have rung at all."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The guard against toll fraud has let nobody be rung; `for_now`: it may later."""

    for_now: bool


@dataclass(frozen=True, slots=True)
class CallNow:
    """A person wants the customer to be called now, with an answer."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A person says that it was kept, or is not needed any more."""

    kept: bool


Event = (
    Due
    | AllPassed
    | Took
    | Dialled
    | Talked
    | NotReached
    | AttemptOver
    | Refused
    | CallNow
    | Settled
)


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring an agent now; the attempt is committed before the phone rings."""

    seat: str


@dataclass(frozen=True, slots=True)
class PromiseAgain:
    """There was no answer for the customer yet: make a new promise (CBK-1)."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell the desk, on screen and by sound."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call that is under way."""


Command = Ring | PromiseAgain | Alarm | HangUp
Decision = tuple[CallBack, tuple[Command, ...]]


def begun(
    kind: PromiseKind, *, made_at: datetime, due_at: datetime, came_at: datetime | None = None
) -> CallBack:
    """Return a promise as it is made; `came_at` is when a caller came whose place is kept."""
    at_once = came_at if kind is PromiseKind.QUEUE and came_at else made_at
    in_time = max(made_at, due_at - LEAD)
    return CallBack(
        kind=kind, due_at=due_at, next_at=in_time if kind is PromiseKind.AGENT else at_once
    )


def is_overdue(promise: CallBack, now: datetime) -> bool:
    """Tell whether the time has passed and nobody has called."""
    return promise.state in NOT_TALKED_YET and now > promise.due_at


def decide(promise: CallBack, event: Event, now: datetime, rules: Rules) -> Decision:
    """Return the promise after an event, and what is to be done; pure."""
    match event:
        case Due(seat):
            return _due(promise, now, rules, seat=seat)
        case AllPassed():
            return _all_passed(promise, now, rules)
        case Took() | Dialled() | Talked():
            return _gone_on(promise, event), ()
        case NotReached():
            return _not_reached(promise, now, rules)
        case AttemptOver() | Refused():
            return _ended(promise, event, now, rules)
        case CallNow() | Settled():
            return _said(promise, event, now)


def _is_due(promise: CallBack, now: datetime) -> bool:
    waits = promise.state is PromiseState.OPEN and promise.next_at is not None
    return waits and promise.next_at is not None and now >= promise.next_at


def _due(promise: CallBack, now: datetime, rules: Rules, *, seat: str | None) -> Decision:
    if not _is_due(promise, now) or promise.next_at is None:
        return promise, ()  # an attempt is under way, or the clock was put back
    if (now - promise.next_at).total_seconds() > rules.grace:
        return replace(promise, state=PromiseState.FAILED, next_at=None), (Alarm(),)
    if seat is None:
        return promise, ()
    rung = replace(promise, state=PromiseState.RINGING, next_at=None, asked=promise.asked + 1)
    return rung, (Ring(seat),)


def _all_passed(promise: CallBack, now: datetime, rules: Rules) -> Decision:
    if not _is_due(promise, now):
        return promise, ()
    return replace(promise, next_at=now + timedelta(seconds=rules.round_every), passed=()), ()


def _gone_on(promise: CallBack, event: Took | Dialled | Talked) -> CallBack:
    match event:
        case Took() if promise.state is PromiseState.RINGING:
            return replace(promise, state=PromiseState.TAKEN)
        case Dialled() if promise.state in {PromiseState.RINGING, PromiseState.TAKEN}:
            return replace(promise, state=PromiseState.DIALLING, tries=promise.tries + 1)
        case Talked():  # a fact, whatever somebody has said at the desk meanwhile
            return replace(promise, state=PromiseState.TALKING, next_at=None)
        case _:
            return promise


def _not_reached(promise: CallBack, now: datetime, rules: Rules) -> Decision:
    if promise.state is not PromiseState.DIALLING:
        return promise, ()
    if promise.tries >= rules.most_tries:
        return replace(promise, state=PromiseState.FAILED, next_at=None), (Alarm(),)
    again = now + timedelta(seconds=rules.again_every)
    return replace(promise, state=PromiseState.OPEN, next_at=again, passed=()), ()


def _over(promise: CallBack, over: AttemptOver, now: datetime, rules: Rules) -> Decision:
    match promise.state:
        case PromiseState.RINGING | PromiseState.TAKEN if over.told and over.rang:
            passed = (*promise.passed, over.seat)
            return replace(promise, state=PromiseState.OPEN, next_at=now, passed=passed), ()
        case PromiseState.RINGING:  # nobody lifted: the customer's phone did not ring
            return replace(promise, state=PromiseState.OPEN, next_at=now), ()
        case PromiseState.DIALLING if over.told:
            return _not_reached(promise, now, rules)
        case PromiseState.TAKEN | PromiseState.DIALLING:
            return replace(promise, state=PromiseState.UNKNOWN, next_at=None), (Alarm(),)
        case PromiseState.TALKING:
            return _kept(promise, now, rules)
        case _:
            return promise, ()


def _ended(
    promise: CallBack, event: AttemptOver | Refused, now: datetime, rules: Rules
) -> Decision:
    if isinstance(event, Refused):
        return _refused(promise, now, rules, for_now=event.for_now)
    return _over(promise, event, now, rules)


def _refused(promise: CallBack, now: datetime, rules: Rules, *, for_now: bool) -> Decision:
    if promise.state is not PromiseState.RINGING:
        return promise, ()
    if not for_now:
        return replace(promise, state=PromiseState.FAILED, next_at=None), (Alarm(),)
    again = now + timedelta(seconds=rules.round_every)
    return replace(promise, state=PromiseState.OPEN, next_at=again), ()


def _kept(promise: CallBack, now: datetime, rules: Rules) -> Decision:
    kept = replace(promise, state=PromiseState.KEPT, next_at=None, kept_at=now)
    if promise.kind is PromiseKind.AGENT and not promise.found:
        return kept, (PromiseAgain(now + timedelta(seconds=rules.promised_again_for)),)
    return kept, ()


def _said(promise: CallBack, event: CallNow | Settled, now: datetime) -> Decision:
    if promise.state in OVER or promise.state is PromiseState.TALKING:
        return promise, ()
    if isinstance(event, Settled):
        state = PromiseState.KEPT if event.kept else PromiseState.CANCELLED
        settled = replace(promise, state=state, next_at=None, kept_at=now if event.kept else None)
        return settled, (HangUp(),) if promise.state in ON_THE_PHONE else ()
    if promise.state in ON_THE_PHONE:
        return replace(promise, found=True), ()
    tries = 0 if promise.state in FOR_A_PERSON else promise.tries
    return replace(
        promise, state=PromiseState.OPEN, next_at=now, found=True, tries=tries, passed=()
    ), ()
