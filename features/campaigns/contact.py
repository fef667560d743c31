"""Owns one person of a batch, from waiting until there is a result. Does no I/O. CBK-3.

Every change is `decide(job, event, now, rules) -> (job, commands)`: the dispatcher keeps the row
and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at` and only in calling hours | calling, asking; skipped |
| asking | an agent's telephone rings, not yet the person's | calling; waiting, for another agent |
| calling | the telephone rings, or speaks | done; waiting again by the result; failed |
| done | a person was reached | – |
| failed | as often as it takes, or in vain for ever (a fax, no such number) | – |
| skipped | never rung: on the do-not-call list | – |

An attempt is made at most once: one whose fate nobody knows counts as made (`unknown`).

Where agents talk (`Rules.by_agents`) the person's telephone rings only after an agent has lifted
the receiver and has heard a word: nobody who answers is ever without somebody to talk to. An agent
who lets it ring has not made an attempt at the person. What the agent writes down of the talk
counts, also when the call is over by then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from callflow.rules.questions import CALL_AGAIN, NOT_AGAIN, Result


class JobState(StrEnum):
    WAITING = "waiting"
    ASKING = "asking"
    CALLING = "calling"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


BEING_CALLED = frozenset({JobState.ASKING, JobState.CALLING})
"""An attempt is under way, on a line."""
OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.SKIPPED})


REACHED = frozenset({Result.COMPLETED, Result.BROKEN_OFF, Result.DECLINED, Result.TALKED})

_OF_ATTEMPTS: Mapping[str, Result] = {
    "answered": Result.BROKEN_OFF,
    "busy": Result.BUSY,
    "no_answer": Result.NO_ANSWER,
    "unreachable": Result.OFF,
    "refused": Result.REFUSED,
    "unknown_number": Result.UNKNOWN_NUMBER,
    "no_line": Result.NO_LINE,
    "congestion": Result.CONGESTION,
    "not_allowed": Result.NOT_ALLOWED,
    "never_rung": Result.UNKNOWN,
    "switch_died": Result.UNKNOWN,
}

SPACING: Mapping[Result, float] = {
    Result.BUSY: 600.0,
    Result.CONGESTION: 300.0,
    Result.NO_LINE: 300.0,
    Result.FAILED: 600.0,
    Result.NO_ANSWER: 3600.0,
    Result.SILENT: 3600.0,
    Result.UNKNOWN: 3600.0,
    Result.OFF: 7200.0,
    Result.REFUSED: 14400.0,
    Result.VOICEMAIL: 14400.0,
}
"""Seconds until the next attempt; a result that is not here is the last."""
LATER_AFTER = 7200.0
"""Seconds until whoever asked for it is called again, unless the batch says otherwise; the number
of attempts does not stand against it."""
NOT_ALLOWED = "not_allowed"
"""What becomes of an attempt at a number that must not be dialled."""
HELD_BACK = "held_back"
"""What becomes of an attempt that the guard against toll fraud lets nobody make just now."""
HELD_BACK_FOR = 60.0
"""Seconds until it is asked again."""
NOBODY_KNOWS = frozenset({"never_rung", "switch_died"})
"""What becomes of attempts of which the journals do not tell the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How often and when people of a batch are called."""

    max_attempts: int = 3
    spacing: Mapping[Result, float] = field(default_factory=lambda: SPACING)
    by_agents: bool = False
    """Agents talk to the people: one is rung first."""
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
class Dialled:
    """An agent has lifted the receiver; the person's telephone is about to ring."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The agent has written down what came of the talk."""

    result: Result
    answers: Mapping[str, str]
    """By the question's name, all of them."""


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The call is over; what it brought was told before. `result` is the attempt's."""

    result: str
    lifted: bool = True
    """Whether an agent who was rung first had lifted the receiver, or may have."""


Event = Due | Unwilling | Reached | Answer | Dialled | Wrote | AttemptOver


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring now: the person, or an agent first; the attempt is committed before the phone rings."""


@dataclass(frozen=True, slots=True)
class NeverAgain:
    """Put the number on the do-not-call list: the person has asked for it."""


Command = Ring | NeverAgain
Decision = tuple[Job, tuple[Command, ...]]


def decide(job: Job, event: Event, now: datetime, rules: Rules) -> Decision:
    """Return the job after an event, and what is to be done; pure."""
    if isinstance(event, Wrote):
        return _wrote(job, event, now, rules)
    if job.state in OVER:
        return job, ()
    match event:
        case Due():
            return _due(job, now, rules)
        case Unwilling():
            return _ended(job, JobState.SKIPPED, Result.DO_NOT_CALL, now), ()
        case Reached(what):
            return _reached(job, what)
        case _:
            return _gone_on(job, event, now, rules), ()


def _gone_on(job: Job, event: Answer | Dialled | AttemptOver, now: datetime, rules: Rules) -> Job:
    match event:
        case Answer(question, key):
            return replace(job, answers={**job.answers, question: key})
        case Dialled():
            return _rung(job) if job.state is JobState.ASKING else job
        case AttemptOver(result) if result == HELD_BACK:
            return _held_back(job, now, rules)
        case AttemptOver(result):
            asking = job.state is JobState.ASKING
            return (
                _not_dialled(job, event, now, rules) if asking else _over(job, result, now, rules)
            )


def _reached(job: Job, what: Result) -> Decision:
    if what in {Result.FAILED, Result.TALKED} and job.result in {*REACHED, Result.LATER}:
        return job, ()  # our service died after all was said; the agent wrote before we heard
    return replace(job, result=what), (NeverAgain(),) if what is Result.DECLINED else ()


def _due(job: Job, now: datetime, rules: Rules) -> Decision:
    if job.state is not JobState.WAITING or job.next_at is None or now < job.next_at:
        return job, ()  # an attempt is under way, or the clock was put back
    allowed = rules.allowed(now)
    if allowed > now:
        return replace(job, next_at=allowed), ()
    if rules.by_agents:
        return replace(job, state=JobState.ASKING, next_at=None), (Ring(),)
    return _rung(job), (Ring(),)


def _rung(job: Job) -> Job:
    return replace(
        job, state=JobState.CALLING, next_at=None, tries=job.tries + 1, result=Result.NONE
    )


def _not_dialled(job: Job, over: AttemptOver, now: datetime, rules: Rules) -> Job:
    """The agent's call ended, and nothing says that the person was dialled."""
    if over.result == NOT_ALLOWED or (over.lifted and over.result in NOBODY_KNOWS):
        return _over(_rung(job), over.result, now, rules)
    return replace(job, state=JobState.WAITING, next_at=now)


def _held_back(job: Job, now: datetime, rules: Rules) -> Job:
    """Nobody was rung, which was no attempt: it is made when the guard lets it."""
    if job.state not in BEING_CALLED:
        return job
    tries = job.tries - (job.state is JobState.CALLING)
    at = rules.allowed(now + timedelta(seconds=HELD_BACK_FOR))
    return replace(job, state=JobState.WAITING, tries=tries, next_at=at)


def _over(job: Job, ended: str, now: datetime, rules: Rules) -> Job:
    """The call ended. Who had something to say has said it, and the result shows it."""
    if job.state is not JobState.CALLING:
        return job
    result = job.result or _result_of(ended, rules)
    if result in REACHED:
        return _ended(job, JobState.DONE, result, now)
    again = rules.spacing.get(result)
    if result is Result.LATER:
        again = LATER_AFTER if again is None else again
    elif again is None or job.tries >= rules.max_attempts:
        return _ended(job, JobState.FAILED, result, now)
    at = rules.allowed(now + timedelta(seconds=again))
    return replace(job, state=JobState.WAITING, next_at=at, result=result, ended_at=None)


def _result_of(ended: str, rules: Rules) -> Result:
    """Return what an attempt that told nothing else came to."""
    if rules.by_agents and ended == "answered":
        return Result.UNKNOWN  # by the agent: of the person we heard nothing
    return _OF_ATTEMPTS.get(ended, Result.FAILED)


def _wrote(job: Job, wrote: Wrote, now: datetime, rules: Rules) -> Decision:
    if not job.tries or job.state in {JobState.ASKING, JobState.SKIPPED}:
        return job, ()  # nobody was dialled yet, or somebody else is to talk by now
    refuses = wrote.result is Result.DECLINED or wrote.answers.get(CALL_AGAIN) == NOT_AGAIN
    written = replace(job, result=wrote.result, answers=dict(wrote.answers))
    if job.state is not JobState.CALLING:
        written = _over(replace(written, state=JobState.CALLING), "answered", now, rules)
    return written, (NeverAgain(),) if refuses else ()


def _ended(job: Job, state: JobState, result: Result, now: datetime) -> Job:
    return replace(job, state=state, result=result, next_at=None, ended_at=now)
