"""An overdue ticket about which a department is rung, until it answers by a key. Does no I/O.

TKT-12. Every change is `decide(ask, event, now, rules) -> (ask, commands)`: the dispatcher keeps
the row and carries the commands out. One call tells of several tickets, so which department is
rung when is decided for all of its asks together (`rings_from`).

| state | what goes on | what comes next |
|---|---|---|
| waiting | nothing, until `next_at` | ringing |
| ringing | the department's telephone rings, or somebody there hears of it | an answer; waiting |
| accepted | key 1: they handle it now | – |
| asked_time | key 2: they ask for more time | – |
| sent_back | key 3: it is not theirs | – |
| in_vain | called as often as the house says, and no answer: a person is told | – |
| left | the ticket left the department before it answered | – |

A lifted receiver proves nothing: only a key does, after the ticket's number was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from features.ticket_clocks.rules import Office

MOST_TICKETS: Final = 5
"""Tickets of one call: some two minutes of listening. The others are for the next call."""
SOON: Final = timedelta(seconds=5)
"""A call that was never made, for a crash came in between, is made again after this."""


class AskState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    ASKED_TIME = "asked_time"
    SENT_BACK = "sent_back"
    IN_VAIN = "in_vain"
    LEFT = "left"


OPEN: Final = frozenset({AskState.WAITING, AskState.RINGING})


class Outcome(StrEnum):
    """How a call without an answer ended."""

    NO_ANSWER = "no_answer"  # nobody lifted the receiver
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    SILENT = "silent"  # somebody, or something, heard it to its end and pressed nothing
    BROKEN_OFF = "broken_off"  # hung up before a key was pressed
    FAILED = "failed"  # no line, no such number, or we broke down
    NOT_ALLOWED = "not_allowed"  # the guard in front of every way out does not let it be dialled
    HELD_BACK = "held_back"  # the same, but only now: the hour, too many calls, nothing to spend


_WITHOUT_A_RECEIVER: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "no_answer": Outcome.NO_ANSWER,
        "busy": Outcome.BUSY,
        "refused": Outcome.BUSY,
        "not_allowed": Outcome.NOT_ALLOWED,
        "held_back": Outcome.HELD_BACK,
    }
)
_ON_THE_LINE: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "voicemail": Outcome.VOICEMAIL,
        "fax": Outcome.VOICEMAIL,
        "silent": Outcome.SILENT,
        "failed": Outcome.FAILED,
    }
)
ANSWERED: Final = "answered"


def outcome(result: str, reached: str) -> Outcome:
    """Return how a call ended, from the attempt's result and what its dialogue has said."""
    if result == ANSWERED:
        return _ON_THE_LINE.get(reached, Outcome.BROKEN_OFF)
    return _WITHOUT_A_RECEIVER.get(result, Outcome.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRules:
    """How a house rings its departments; times in seconds."""

    ring_for: float = 30.0
    again_every: float = 900.0
    """From the end of a call without an answer to the department's next call."""
    tries: int = 3
    """Calls without an answer before a person is told."""
    calls_a_day: int = 6
    """Calls to one department from midnight to midnight."""
    more_time_s: float = 4 * 3600.0
    """Office hours that key 2 asks for."""
    any_hour: bool = False
    """Whether departments are rung out of their office hours too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One ticket about which a department is asked."""

    state: AskState = AskState.WAITING
    next_at: datetime | None = None
    """When the department is rung; None: it is being rung, or nothing is to come."""
    tries: int = 0
    """Calls that were made; those that a crash kept from ringing do not count."""
    result: str = ""
    """How the last call without an answer ended."""
    ended_at: datetime | None = None
    """When it was answered, given up, or left."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A call is made."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """The department is not to be rung before a moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A key was pressed; `state` is what it means."""

    state: AskState


@dataclass(frozen=True, slots=True)
class CallOver:
    """The call is over; an answer of it was told before."""

    outcome: Outcome
    rang: bool = True
    """Whether a phone can have rung at all."""


@dataclass(frozen=True, slots=True)
class Left:
    """The ticket is not with the department any more."""


Event = Rung | Postponed | Answered | CallOver | Left


@dataclass(frozen=True, slots=True)
class Record:
    """Write into the ticket's history how a call ended."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell a person: the department was called in vain."""


Command = Record | Alarm
Decision = tuple[Ask, tuple[Command, ...]]


def decide(ask: Ask, event: Event, now: datetime, rules: DepartmentRules) -> Decision:
    """Return the ask after an event, and what is to be done; pure."""
    if ask.state not in OPEN:
        return ask, ()
    match event:
        case Rung() | Postponed():
            return _of_waiting(ask, event), ()
        case Answered(state):
            return _ended(ask, state, now), ()
        case Left():
            return _ended(ask, AskState.LEFT, now), ()
        case CallOver(how, rang):
            return _over(ask, how, now, rules, rang=rang)


def _of_waiting(ask: Ask, event: Rung | Postponed) -> Ask:
    if ask.state is not AskState.WAITING:
        return ask
    if isinstance(event, Postponed):
        return replace(ask, next_at=event.until)
    return replace(ask, state=AskState.RINGING, next_at=None, tries=ask.tries + 1)


def _over(ask: Ask, how: Outcome, now: datetime, rules: DepartmentRules, *, rang: bool) -> Decision:
    """The call ended without a key for this ticket."""
    if ask.state is not AskState.RINGING:
        return ask, ()
    again = replace(ask, state=AskState.WAITING)
    if not rang:
        return replace(again, next_at=now + SOON, tries=ask.tries - 1), ()
    after = now + timedelta(seconds=rules.again_every)
    if how is Outcome.HELD_BACK:
        return replace(again, next_at=after, tries=ask.tries - 1, result=how.value), ()
    told = replace(again, next_at=after, result=how.value)
    if how is Outcome.NOT_ALLOWED or ask.tries >= rules.tries:
        return _ended(told, AskState.IN_VAIN, now), (Record(how), Alarm())
    return told, (Record(how),)


def _ended(ask: Ask, state: AskState, now: datetime) -> Ask:
    return replace(ask, state=state, next_at=None, ended_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """A department's telephone, as we have used it."""

    in_vain_at: datetime | None = None
    """When its last call ended, if that left a ticket without an answer."""
    calls_today: int = 0
    midnight: datetime
    """The next one there."""


def rings_from(phone: Telephone, now: datetime, office: Office, rules: DepartmentRules) -> datetime:
    """Return from when on a department may be rung; `now` itself: at once.

    Never out of its office hours (unless the house says so), not within `again_every` of a call in
    vain, and not more often than `calls_a_day`.
    """
    at = now
    if phone.in_vain_at is not None:
        at = max(at, phone.in_vain_at + timedelta(seconds=rules.again_every))
    if phone.calls_today >= rules.calls_a_day:
        at = max(at, phone.midnight)
    return at if rules.any_hour else office.opens_after(at)
