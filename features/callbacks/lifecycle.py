"""One callback, from its making until agent and customer have talked. Does no I/O.

CBK-1, CBK-2, SIL-4. Every change is `decide(callback, event, now, rules) -> (callback, commands)`:
the dispatcher keeps the row and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| open | nothing, until `next_at` and until somebody is free | an agent is rung |
| ringing | an agent's phone rings | taken; else open, for another agent |
| taken | the agent hears a word; the customer's phone does not ring yet | dialling |
| dialling | the customer's phone rings | talking; else open, for later; at last failed |
| talking | both talk | completed; open, when the agent's phone was lost |
| completed | both have talked, or somebody says so | – |
| failed | no success, far too late, or not allowed: an alarm at the desk | a person decides |
| unknown | the customer's phone may have rung and nobody knows what came of it | a person decides |
| cancelled | not wanted any more | – |

A customer's phone rings at most once for an attempt. It rings only after an agent has lifted the
receiver and has heard a word; so an attempt that ends before anybody lifted did not reach the
customer, whatever died. One that ends without a word after that may have, and is `unknown`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class CallbackKind(StrEnum):
    CANNOT_HEAR = "cannot_hear"  # the caller could not hear us: within 3 minutes (SIL-4)
    QUEUE = "queue"  # the caller did not want to wait and keeps the place
    AGENT = "agent"  # an agent said so (CBK-1)


class CallbackState(StrEnum):
    OPEN = "open"
    RINGING = "ringing"
    TAKEN = "taken"
    DIALLING = "dialling"
    TALKING = "talking"
    COMPLETED = "completed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


OVER = frozenset({CallbackState.COMPLETED, CallbackState.CANCELLED})
ON_THE_PHONE = frozenset(
    {CallbackState.RINGING, CallbackState.TAKEN, CallbackState.DIALLING, CallbackState.TALKING}
)
FOR_A_PERSON = frozenset({CallbackState.FAILED, CallbackState.UNKNOWN})
"""Nothing happens by itself any more: somebody must decide."""
NOT_TALKED_YET = frozenset({CallbackState.OPEN, CallbackState.RINGING})
"""Overdue in these states when the time has passed."""

CUT_OFF_FOR_S = 15.0
"""So long after an agent's phone was lost the customer hears that we call again, and hangs up."""
LEAD = timedelta(seconds=60)
"""An agent's callback is called this long before it is due, so that it is made in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How a house keeps its callbacks; times in seconds."""

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
    """One callback."""

    kind: CallbackKind
    due_at: datetime
    """The latest moment that was promised; aware, UTC."""
    state: CallbackState = CallbackState.OPEN
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
    completed_at: datetime | None = None


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
class AgentLost:
    """The agent's phone was lost in the talk: the customer was told that we call again."""


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
    """A person says that it was completed, or is not needed any more."""

    completed: bool


Event = (
    Due
    | AllPassed
    | Took
    | Dialled
    | Talked
    | AgentLost
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
class CallbackAgain:
    """There was no answer for the customer yet: make a new callback (CBK-1)."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell the desk, on screen and by sound."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call that is under way."""


Command = Ring | CallbackAgain | Alarm | HangUp
Decision = tuple[CallBack, tuple[Command, ...]]


def begun(
    kind: CallbackKind, *, made_at: datetime, due_at: datetime, came_at: datetime | None = None
) -> CallBack:
    """Return a callback as it is made; `came_at` is when a caller came whose place is kept."""
    at_once = came_at if kind is CallbackKind.QUEUE and came_at else made_at
    in_time = max(made_at, due_at - LEAD)
    return CallBack(
        kind=kind, due_at=due_at, next_at=in_time if kind is CallbackKind.AGENT else at_once
    )


def is_overdue(callback: CallBack, now: datetime) -> bool:
    """Tell whether the time has passed and nobody has called."""
    return callback.state in NOT_TALKED_YET and now > callback.due_at


def decide(callback: CallBack, event: Event, now: datetime, rules: CallbackRules) -> Decision:
    """Return the callback after an event, and what is to be done; pure."""
    match event:
        case Due(seat):
            return _due(callback, now, rules, seat=seat)
        case AllPassed():
            return _all_passed(callback, now, rules)
        case Took() | Dialled() | Talked():
            return _gone_on(callback, event), ()
        case NotReached() | AgentLost():
            return _not_reached(callback, event, now, rules)
        case AttemptOver() | Refused():
            return _ended(callback, event, now, rules)
        case CallNow() | Settled():
            return _said(callback, event, now)


def _is_due(callback: CallBack, now: datetime) -> bool:
    waits = callback.state is CallbackState.OPEN and callback.next_at is not None
    return waits and callback.next_at is not None and now >= callback.next_at


def _due(callback: CallBack, now: datetime, rules: CallbackRules, *, seat: str | None) -> Decision:
    if not _is_due(callback, now) or callback.next_at is None:
        return callback, ()  # an attempt is under way, or the clock was put back
    if (now - callback.next_at).total_seconds() > rules.grace:
        return replace(callback, state=CallbackState.FAILED, next_at=None), (Alarm(),)
    if seat is None:
        return callback, ()
    rung = replace(callback, state=CallbackState.RINGING, next_at=None, asked=callback.asked + 1)
    return rung, (Ring(seat),)


def _all_passed(callback: CallBack, now: datetime, rules: CallbackRules) -> Decision:
    if not _is_due(callback, now):
        return callback, ()
    return replace(callback, next_at=now + timedelta(seconds=rules.round_every), passed=()), ()


def _gone_on(callback: CallBack, event: Took | Dialled | Talked) -> CallBack:
    match event:
        case Took() if callback.state is CallbackState.RINGING:
            return replace(callback, state=CallbackState.TAKEN)
        case Dialled() if callback.state in {CallbackState.RINGING, CallbackState.TAKEN}:
            return replace(callback, state=CallbackState.DIALLING, tries=callback.tries + 1)
        case Talked():  # a fact, whatever somebody has said at the desk meanwhile
            return replace(callback, state=CallbackState.TALKING, next_at=None)
        case _:
            return callback


def _not_reached(
    callback: CallBack, event: NotReached | AgentLost, now: datetime, rules: CallbackRules
) -> Decision:
    lost = isinstance(event, AgentLost)
    if callback.state is not (CallbackState.TALKING if lost else CallbackState.DIALLING):
        return callback, ()
    if callback.tries >= rules.most_tries:
        return replace(callback, state=CallbackState.FAILED, next_at=None), (Alarm(),)
    again = now + timedelta(seconds=CUT_OFF_FOR_S if lost else rules.again_every)
    return replace(callback, state=CallbackState.OPEN, next_at=again, passed=()), ()


def _over(callback: CallBack, over: AttemptOver, now: datetime, rules: CallbackRules) -> Decision:
    match callback.state:
        case CallbackState.RINGING | CallbackState.TAKEN if over.told and over.rang:
            passed = (*callback.passed, over.seat)
            return replace(callback, state=CallbackState.OPEN, next_at=now, passed=passed), ()
        case CallbackState.RINGING:  # nobody lifted: the customer's phone did not ring
            return replace(callback, state=CallbackState.OPEN, next_at=now), ()
        case CallbackState.DIALLING if over.told:
            return _not_reached(callback, NotReached(), now, rules)
        case CallbackState.TAKEN | CallbackState.DIALLING:
            return replace(callback, state=CallbackState.UNKNOWN, next_at=None), (Alarm(),)
        case CallbackState.TALKING:
            return _completed(callback, now, rules)
        case _:
            return callback, ()


def _ended(
    callback: CallBack, event: AttemptOver | Refused, now: datetime, rules: CallbackRules
) -> Decision:
    if isinstance(event, Refused):
        return _refused(callback, now, rules, for_now=event.for_now)
    return _over(callback, event, now, rules)


def _refused(callback: CallBack, now: datetime, rules: CallbackRules, *, for_now: bool) -> Decision:
    if callback.state is not CallbackState.RINGING:
        return callback, ()
    if not for_now:
        return replace(callback, state=CallbackState.FAILED, next_at=None), (Alarm(),)
    again = now + timedelta(seconds=rules.round_every)
    return replace(callback, state=CallbackState.OPEN, next_at=again), ()


def _completed(callback: CallBack, now: datetime, rules: CallbackRules) -> Decision:
    done = replace(callback, state=CallbackState.COMPLETED, next_at=None, completed_at=now)
    if callback.kind is CallbackKind.AGENT and not callback.found:
        return done, (CallbackAgain(now + timedelta(seconds=rules.promised_again_for)),)
    return done, ()


def _said(callback: CallBack, event: CallNow | Settled, now: datetime) -> Decision:
    if callback.state in OVER or callback.state is CallbackState.TALKING:
        return callback, ()
    if isinstance(event, Settled):
        state = CallbackState.COMPLETED if event.completed else CallbackState.CANCELLED
        settled = replace(
            callback, state=state, next_at=None, completed_at=now if event.completed else None
        )
        return settled, (HangUp(),) if callback.state in ON_THE_PHONE else ()
    if callback.state in ON_THE_PHONE:
        return replace(callback, found=True), ()
    tries = 0 if callback.state in FOR_A_PERSON else callback.tries
    return replace(
        callback, state=CallbackState.OPEN, next_at=now, found=True, tries=tries, passed=()
    ), ()
