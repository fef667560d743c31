"""Owns one person of a batch, from waiting until there is a result. Does no I/O. CBK-3.

Every change is `decide(job, event, now, rules) -> (job, commands)`: the dispatcher keeps the row
and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at` and only in calling hours | calling; skipped |
| calling | the telephone rings, or speaks | done; waiting again by the result; failed |
| done | a person was reached | – |
| failed | as often as it takes, or in vain for ever (a fax, no such number) | – |
| skipped | never rung: on the do-not-call list | – |

An attempt is made at most once: one whose fate nobody knows counts as made (`unknown`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class JobState(StrEnum):
    WAITING = "waiting"
    CALLING = "calling"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.SKIPPED})


class Result(StrEnum):
    """How the last attempt ended, or what came of the whole."""

    NONE = ""
    COMPLETED = "completed"  # all questions were asked of a person
    BROKEN_OFF = "broken_off"  # a person hung up before the last question
    DECLINED = "declined"  # a person does not want such calls
    VOICEMAIL = "voicemail"
    FAX = "fax"
    SILENT = "silent"  # lifted, and nobody said anything
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    OFF = "off"  # switched off or out of reach
    REFUSED = "refused"  # the ringing call was turned away
    UNKNOWN_NUMBER = "unknown_number"
    CONGESTION = "congestion"  # no line of ours, or the network's
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody knows whether it rang
    DO_NOT_CALL = "do_not_call"


REACHED = frozenset({Result.COMPLETED, Result.BROKEN_OFF, Result.DECLINED})

_OF_ATTEMPTS: Mapping[str, Result] = {
    "answered": Result.BROKEN_OFF,
    "busy": Result.BUSY,
    "no_answer": Result.NO_ANSWER,
    "unreachable": Result.OFF,
    "refused": Result.REFUSED,
    "unknown_number": Result.UNKNOWN_NUMBER,
    "congestion": Result.CONGESTION,
    "never_rung": Result.UNKNOWN,
    "switch_died": Result.UNKNOWN,
}

SPACING: Mapping[Result, float] = {
    Result.BUSY: 600.0,
    Result.CONGESTION: 300.0,
    Result.FAILED: 600.0,
    Result.NO_ANSWER: 3600.0,
    Result.SILENT: 3600.0,
    Result.UNKNOWN: 3600.0,
    Result.OFF: 7200.0,
    Result.REFUSED: 14400.0,
    Result.VOICEMAIL: 14400.0,
}
"""Seconds until the next attempt; a result that is not here is the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How often and when people of a batch are called."""

    max_attempts: int = 3
    spacing: Mapping[Result, float] = field(default_factory=lambda: SPACING)
    allowed: Callable[[datetime], datetime]
    """Says the first moment, from one on, at which this person may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One person of a batch."""

    state: JobState = JobState.WAITING
    next_at: datetime | None
    """When the next step is due; None while an attempt has it, and when it is over."""
    tries: int = 0
    result: Result = Result.NONE
    answers: Mapping[str, str] = field(default_factory=dict)
    """Keys pressed, by the question's name."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """`next_at` has come."""


@dataclass(frozen=True, slots=True)
class Unwilling:
    """The number is on the do-not-call list."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What answered is known: a person, a voicemail, a fax, nobody."""

    what: Result


@dataclass(frozen=True, slots=True)
class Answer:
    """A person has answered a question by a key."""

    question: str
    key: str


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The call is over; what it brought was told before. `result` is the attempt's."""

    result: str


Event = Due | Unwilling | Reached | Answer | AttemptOver


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the person now; the attempt is committed before the phone rings."""


@dataclass(frozen=True, slots=True)
class NeverAgain:
    """Put the number on the do-not-call list: the person has asked for it."""


Command = Ring | NeverAgain
Decision = tuple[Job, tuple[Command, ...]]


def decide(job: Job, event: Event, now: datetime, rules: Rules) -> Decision:
    """Return the job after an event, and what is to be done; pure."""
    if job.state in OVER:
        return job, ()
    match event:
        case Due():
            return _due(job, now, rules)
        case Unwilling():
            return _ended(job, JobState.SKIPPED, Result.DO_NOT_CALL, now), ()
        case AttemptOver(result):
            return _over(job, _OF_ATTEMPTS.get(result, Result.FAILED), now, rules), ()
        case Reached(what):
            return _reached(job, what)
        case Answer(question, key):
            return replace(job, answers={**job.answers, question: key}), ()


def _reached(job: Job, what: Result) -> Decision:
    if what is Result.FAILED and job.result in REACHED:
        return job, ()  # our service died after all was said
    return replace(job, result=what), (NeverAgain(),) if what is Result.DECLINED else ()


def _due(job: Job, now: datetime, rules: Rules) -> Decision:
    if job.state is not JobState.WAITING or job.next_at is None or now < job.next_at:
        return job, ()  # an attempt is under way, or the clock was put back
    allowed = rules.allowed(now)
    if allowed > now:
        return replace(job, next_at=allowed), ()
    rung = replace(
        job, state=JobState.CALLING, next_at=None, tries=job.tries + 1, result=Result.NONE
    )
    return rung, (Ring(),)


def _over(job: Job, result: Result, now: datetime, rules: Rules) -> Job:
    """The call ended. Who had something to say has said it, and the result shows it."""
    if job.state is not JobState.CALLING:
        return job
    result = job.result or result
    if result in REACHED:
        return _ended(job, JobState.DONE, result, now)
    again = rules.spacing.get(result)
    if again is None or job.tries >= rules.max_attempts:
        return _ended(job, JobState.FAILED, result, now)
    at = rules.allowed(now + timedelta(seconds=again))
    return replace(job, state=JobState.WAITING, next_at=at, result=result)


def _ended(job: Job, state: JobState, result: Result, now: datetime) -> Job:
    return replace(job, state=state, result=result, next_at=None, ended_at=now)
