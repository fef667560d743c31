"""One contact of a campaign, from waiting until there is a result. Does no I/O. CBK-3.

Every change is `decide(contact, event, now, rules) -> (contact, commands)`: the dispatcher keeps
the row and carries the commands out.

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at` and only in calling hours | calling, asking; skipped |
| asking | an agent's telephone rings, not yet the person's | calling; waiting, for another agent |
| calling | the telephone rings, or speaks | done; waiting again by the result; failed |
| done | a person was reached | – |
| failed | as often as it takes, or in vain for ever (a fax, no such number) | – |
| skipped | never rung: on the do-not-call list | – |

An attempt is made at most once: one whose fate nobody knows counts as made (`unknown`).

Where agents talk (`ContactRules.by_agents`) the person's telephone rings only after an agent has
lifted the receiver and has heard a word: nobody who answers is ever without somebody to talk to. An
agent who lets it ring has not made an attempt at the person. What the agent writes down of the talk
counts, also when the call is over by then; but only when the person answered: nobody is reached by
what an agent writes. Written before that is known, it stands until the call is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from callflow.rules.questions import CALL_AGAIN, NOT_AGAIN, Result


class ContactState(StrEnum):
    WAITING = "waiting"
    ASKING = "asking"
    CALLING = "calling"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


BEING_CALLED = frozenset({ContactState.ASKING, ContactState.CALLING})
"""An attempt is under way, on a line."""
OVER = frozenset({ContactState.DONE, ContactState.FAILED, ContactState.SKIPPED})


REACHED = frozenset({Result.COMPLETED, Result.BROKEN_OFF, Result.DECLINED, Result.TALKED})

_OF_ATTEMPTS: Mapping[str, Result] = {
    "answered": Result.BROKEN_OFF,
    "busy": Result.BUSY,
    "no_answer": Result.NO_ANSWER,
    "unreachable": Result.OFF,
    "diverted": Result.OFF,
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
"""Seconds until whoever asked for it is called again, unless the campaign says otherwise; the
number of attempts does not stand against it.
"""
NOT_ALLOWED = "not_allowed"
"""What becomes of an attempt at a number that must not be dialled."""
HELD_BACK = "held_back"
"""What becomes of an attempt that the guard against toll fraud lets nobody make just now."""
HELD_BACK_FOR = 60.0
"""Seconds until it is asked again."""
NOBODY_KNOWS = frozenset({"never_rung", "switch_died"})
"""What becomes of attempts of which the journals do not tell the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """How often and when people of a campaign are called."""

    max_attempts: int = 3
    spacing: Mapping[Result, float] = field(default_factory=lambda: SPACING)
    by_agents: bool = False
    """Agents talk to the people: one is rung first."""
    allowed: Callable[[datetime], datetime]
    """Says the first moment, from one on, at which this person may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person of a campaign."""

    state: ContactState = ContactState.WAITING
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
    talked: bool = True
    """Whether the person is known to have answered in this call."""


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """The call is over; what it brought was told before. `result` is the attempt's."""

    result: str
    lifted: bool = True
    """Whether an agent who was rung first had lifted the receiver, or may have."""
    talked: bool = True
    """Whether the person is known to have answered an agent."""


Event = Due | Unwilling | Reached | Answer | Dialled | Wrote | AttemptOver


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring now: the person, or an agent first; the attempt is committed before the phone rings."""


@dataclass(frozen=True, slots=True)
class NeverAgain:
    """Put the number on the do-not-call list: the person has asked for it."""


Command = Ring | NeverAgain
Decision = tuple[Contact, tuple[Command, ...]]


def decide(contact: Contact, event: Event, now: datetime, rules: ContactRules) -> Decision:
    """Return the contact after an event, and what is to be done; pure."""
    if isinstance(event, Wrote):
        return _wrote(contact, event, now, rules)
    if contact.state in OVER:
        return contact, ()
    match event:
        case Due():
            return _due(contact, now, rules)
        case Unwilling():
            return _ended(contact, ContactState.SKIPPED, Result.DO_NOT_CALL, now), ()
        case Reached(what):
            return _reached(contact, what, rules)
        case _:
            return _gone_on(contact, event, now, rules), ()


def _gone_on(
    contact: Contact, event: Answer | Dialled | AttemptOver, now: datetime, rules: ContactRules
) -> Contact:
    match event:
        case Answer(question, key):
            return replace(contact, answers={**contact.answers, question: key})
        case Dialled():
            return _rung(contact) if contact.state is ContactState.ASKING else contact
        case AttemptOver(result) if result == HELD_BACK:
            return _held_back(contact, now, rules)
        case AttemptOver(result):
            if contact.state is ContactState.ASKING:
                return _not_dialled(contact, event, now, rules)
            return _over(_only_what_was_talked(contact, event, rules), result, now, rules)


def _only_what_was_talked(contact: Contact, over: AttemptOver, rules: ContactRules) -> Contact:
    """Forget what an agent wrote of a talk that never was."""
    written = contact.result in {*REACHED, Result.LATER}
    if over.talked or not rules.by_agents or not written:
        return contact
    return replace(contact, result=Result.NONE, answers={})


def _reached(contact: Contact, what: Result, rules: ContactRules) -> Decision:
    if what in {Result.FAILED, Result.TALKED} and contact.result in {*REACHED, Result.LATER}:
        return contact, ()  # our service died after all was said; the agent wrote before we heard
    if rules.by_agents and what not in REACHED:  # nobody answered: nothing was said
        return replace(contact, result=what, answers={}), ()
    return replace(contact, result=what), (NeverAgain(),) if what is Result.DECLINED else ()


def _due(contact: Contact, now: datetime, rules: ContactRules) -> Decision:
    if (
        contact.state is not ContactState.WAITING
        or contact.next_at is None
        or now < contact.next_at
    ):
        return contact, ()  # an attempt is under way, or the clock was put back
    allowed = rules.allowed(now)
    if allowed > now:
        return replace(contact, next_at=allowed), ()
    if rules.by_agents:
        return replace(contact, state=ContactState.ASKING, next_at=None), (Ring(),)
    return _rung(contact), (Ring(),)


def _rung(contact: Contact) -> Contact:
    return replace(
        contact,
        state=ContactState.CALLING,
        next_at=None,
        tries=contact.tries + 1,
        result=Result.NONE,
    )


def _not_dialled(
    contact: Contact, over: AttemptOver, now: datetime, rules: ContactRules
) -> Contact:
    """The agent's call ended, and nothing says that the person was dialled."""
    if over.result == NOT_ALLOWED or (over.lifted and over.result in NOBODY_KNOWS):
        return _over(_rung(contact), over.result, now, rules)
    return replace(contact, state=ContactState.WAITING, next_at=now)


def _held_back(contact: Contact, now: datetime, rules: ContactRules) -> Contact:
    """Nobody was rung, which was no attempt: it is made when the guard lets it."""
    if contact.state not in BEING_CALLED:
        return contact
    tries = contact.tries - (contact.state is ContactState.CALLING)
    at = rules.allowed(now + timedelta(seconds=HELD_BACK_FOR))
    return replace(contact, state=ContactState.WAITING, tries=tries, next_at=at)


def _over(contact: Contact, ended: str, now: datetime, rules: ContactRules) -> Contact:
    """The call ended. Who had something to say has said it, and the result shows it."""
    if contact.state is not ContactState.CALLING:
        return contact
    result = contact.result or _result_of(ended, rules)
    if result in REACHED:
        return _ended(contact, ContactState.DONE, result, now)
    again = rules.spacing.get(result)
    if result is Result.LATER:
        again = LATER_AFTER if again is None else again
    elif again is None or contact.tries >= rules.max_attempts:
        return _ended(contact, ContactState.FAILED, result, now)
    at = rules.allowed(now + timedelta(seconds=again))
    return replace(contact, state=ContactState.WAITING, next_at=at, result=result, ended_at=None)


def _result_of(ended: str, rules: ContactRules) -> Result:
    """Return what an attempt that told nothing else came to."""
    if rules.by_agents and ended == "answered":
        return Result.UNKNOWN  # by the agent: of the person we heard nothing
    return _OF_ATTEMPTS.get(ended, Result.FAILED)


def may_write(contact: Contact, *, talked: bool) -> bool:
    """Tell whether an agent may write what came of a call, in which the person answered or not.

    Not when nobody was dialled yet or somebody else is to talk by now, nor when the call is over
    and nobody answered in it.
    """
    if not contact.tries or contact.state in {ContactState.ASKING, ContactState.SKIPPED}:
        return False
    return talked or (contact.state is ContactState.CALLING and contact.result not in _IN_VAIN)


_IN_VAIN = frozenset(Result) - REACHED - {Result.NONE, Result.LATER}
"""What becomes known of a call in which nobody talked."""


def _wrote(contact: Contact, wrote: Wrote, now: datetime, rules: ContactRules) -> Decision:
    if not may_write(contact, talked=wrote.talked):
        return contact, ()
    refuses = wrote.result is Result.DECLINED or wrote.answers.get(CALL_AGAIN) == NOT_AGAIN
    written = replace(contact, result=wrote.result, answers=dict(wrote.answers))
    if contact.state is not ContactState.CALLING:
        written = _over(replace(written, state=ContactState.CALLING), "answered", now, rules)
    return written, (NeverAgain(),) if refuses else ()


def _ended(contact: Contact, state: ContactState, result: Result, now: datetime) -> Contact:
    return replace(contact, state=state, result=result, next_at=None, ended_at=now)
