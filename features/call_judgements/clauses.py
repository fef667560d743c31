"""The clauses that a machine can judge of one call, and the form of a judgement. Does no I/O.

A clause with several measures (QA-3) is judged by each. A judgement is kept, broken or not
applicable; `why` says in one word of ours why it is not applicable.
"""

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_RULES: Final = 1
"""Version of the rules as they are written here."""


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "none"


class Measure(StrEnum):
    """What is judged: a clause, and of some clauses one thing that it asks for."""

    ANSWER = "ANS-1"
    """Seconds until the answer."""
    AGENT_ANSWERS = "ANS-2"
    """Seconds that an agent's phone rang without an answer."""
    ANSWERED_AT_ALL = "ANS-3"
    RECORDED = "ANS-5"
    """Seconds of an answered call that are in no recording."""
    GREETING = "GRT-1"
    """Seconds from the answer to the first greeting."""
    FAREWELL = "GRT-4"
    SILENT_LINE = "SIL-1"
    """Steps that were said before we hung up."""
    NO_HANG_UP_FIRST = "SIL-6"
    HOLD = "SIL-7"
    """Seconds on hold, the longest one."""
    MESSAGE = "QUE-5"
    CALLBACK = "CBK-1"
    """Minutes until the promised callback was kept."""
    RATE = "QA-3.rate"
    """Syllables a minute of an agent's speech."""
    LOUDNESS = "QA-3.loudness"
    """dBFS of an agent's speech."""
    INTERRUPTING = "QA-3.interrupting"
    """How often an agent interrupted."""
    DEAD_AIR = "QA-3.dead_air"
    """Seconds in which nobody spoke while an agent and a customer were connected, the longest."""

    @property
    def clause(self) -> str:
        return self.value.partition(".")[0]


class NotApplicable(StrEnum):
    """Why a clause says nothing about a call."""

    OUTBOUND = "outbound"
    CALLER_LEFT = "caller_left"
    NOT_ANSWERED = "not_answered"
    NO_AGENT = "no_agent"
    NO_HOLD = "no_hold"
    NO_PROMISE = "no_promise"
    NOT_DUE = "not_due"
    NO_MESSAGE = "no_message"
    OTHER_END = "other_end"
    NO_RECORDING = "no_recording"
    TOO_SHORT = "too_short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One measure of one call; an agent's, where it is about what an agent did."""

    measure: Measure
    outcome: Outcome
    agent: str = ""
    value: float | None = None
    """In the unit of the measure."""
    second: float | None = None
    """Where it is heard in the call's recording."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the house counts as kept (`quality_limits` of the settings)."""

    rate: tuple[float, float] = (180.0, 200.0)
    """Syllables a minute (QA-3)."""
    rate_error: float = 0.1
    """A rate is broken beyond the limits by more than what the measurement may err."""
    loudness: tuple[float, float] = (-40.0, -8.0)
    """dBFS."""
    interruptions: int = 0
    dead_air_s: float = 8.0
    hold_s: float = 120.0
    speech_s: float = 20.0
    """An agent who spoke for less is not judged by the voice."""

    @property
    def rules(self) -> int:
        """Return the number of the rules with these limits.

        Calls that were judged by another one are judged again, and the old judgement is kept.
        """
        return _RULES * 100_000 + 1 + zlib.crc32(repr(self).encode()) % 99_999
