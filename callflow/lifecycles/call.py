"""Owns what a call was: folds the events of one call into one row (ANS-4). Does no I/O.

Every call ends with exactly one disposition, the first line of this table that holds:

| disposition | when |
|---|---|
| agent | an agent and the caller were connected |
| message | the recording of a message began |
| silent, too_quiet | we hung up at the end of SIL-1, SIL-3 |
| farewell | we hung up after a farewell |
| switch_crash | the switch died before the call had ended |
| abandoned_queue | the caller hung up after joining the queue |
| abandoned_ringing | the caller hung up before the answer |
| abandoned_dialogue | the caller hung up after the answer |
| failed | we ended it and none of the above says why |

`switch_crash` comes first of all when the switch died while the call was open: what the caller
lived through is that the line went dead. Events may be missing, late or doubled; the same set of
events gives the same row in whatever order it is handed over.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Disposition(StrEnum):
    ABANDONED_RINGING = "abandoned_ringing"
    ABANDONED_DIALOGUE = "abandoned_dialogue"
    ABANDONED_QUEUE = "abandoned_queue"
    AGENT = "agent"
    MESSAGE = "message"
    SILENT = "silent"
    TOO_QUIET = "too_quiet"
    FAREWELL = "farewell"
    SWITCH_CRASH = "switch_crash"
    FAILED = "failed"


class CallState(StrEnum):
    RINGING = "ringing"  # not answered yet
    DIALOGUE = "dialogue"  # answered; our service or its static twin has the caller
    QUEUED = "queued"  # waiting for an agent
    TALKING = "talking"  # connected to an agent
    MESSAGE = "message"  # leaving a message
    ENDED = "ended"


class SilOutcome(StrEnum):
    ALIVE = "alive"  # speech or a key
    SILENT = "silent"  # SIL-1 to its end
    TOO_QUIET = "too_quiet"  # SIL-3 to its end
    NONE = "none"  # the line was not asked, or the caller left before it was known


class HungUpBy(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"  # our dialplan or our service
    SWITCH = "switch"  # Asterisk died


@dataclass(frozen=True, slots=True)
class Miss:
    """An agent's phone that rang in vain (ANS-2)."""

    agent: str
    at: datetime
    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, with every time of ANS-4; times are aware UTC."""

    id: str
    linkedid: str
    boot: str
    ref: str
    """What the caller's switch sent as `X-Ref`."""
    number: str
    name: str
    did: str
    """The number that was dialled."""
    ring_started: datetime
    answered: datetime | None
    ended: datetime | None
    rings: int
    held_ans1: bool
    """Answered within 15 s and three rings (ANS-1)."""
    queued_at: datetime | None
    queue_left_at: datetime | None
    waited_s: float | None
    agent: str | None
    agent_answered: datetime | None
    misses: tuple[Miss, ...]
    hung_up_by: HungUpBy | None
    disposition: Disposition | None
    """None while the call lasts."""
    sil_outcome: SilOutcome
    topic: str | None
    language: str | None
    emergency: str | None
    """Why the static twin had to take over; None when our service did its work."""
    recording_at: datetime | None
    """When the recording was started."""
    message_at: datetime | None
    """When the recording of a message began."""
    state: CallState
