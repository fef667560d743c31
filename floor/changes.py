"""What the live state tells after an event: facts about a seat, for whoever acts on them.

Does no I/O. A call is named by our own id; `linkedid` is Asterisk's name of it.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """A seat's phone is about to ring for a caller (ANS-2)."""

    seat: str
    call: str
    queue: str
    number: str
    name: str
    waited_s: float
    at: datetime
    topic: str = ""
    language: str = ""
    reasons: tuple[str, ...] = ()
    """Why the call came to this seat, see `callflow.rules.routing`."""
    calls_back: str = ""
    """Why we call this customer: kind of callback, `unfound`, `campaign`; empty: we were called."""
    rings_in_s: float = 0.0
    """The phone rings so many seconds from now: time to read first (CBK-3)."""
    asked_by: str = ""
    """The seat of a colleague who asks about this caller, or wants one in the call."""
    how: str = ""
    """`consult` or `conference`, for who is asked by a colleague."""


@dataclass(frozen=True, slots=True)
class OfferGone:
    """The phone rings no more and was not answered."""

    seat: str
    call: str


@dataclass(frozen=True, slots=True)
class Talking:
    """Caller and agent talk."""

    seat: str
    call: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """Others of ours have come into a call, or left it."""

    call: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """Caller and agent are parted; `parted` says how when it was by our doing."""

    seat: str
    call: str
    parted: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """The caller was put on hold, or taken back after `held_s` seconds (SIL-7)."""

    seat: str
    call: str
    held: bool
    held_s: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """A phone rang without an answer for `rang_s` seconds (ANS-2)."""

    seat: str
    call: str
    rang_s: float
    at: datetime


@dataclass(frozen=True, slots=True)
class PausedBySwitch:
    """Asterisk itself took a seat out of its queues, after a miss (ANS-2)."""

    seat: str


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """An agent's phone is registered, gone, or busy, and was not before."""

    seat: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What the wallboard shows is not what it was."""


FloorEvent = (
    Offered
    | OfferGone
    | Talking
    | ParticipantsChanged
    | CallEnded
    | HoldChanged
    | Missed
    | PausedBySwitch
    | PhoneChanged
    | Changed
)
