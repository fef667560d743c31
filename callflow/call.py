"""The telephone as dialogues see it: what can be done on a call, what is heard, how it ends.

Does no I/O. A dialogue is a plain `async def` that takes a `Call`, speaks and listens, and
**returns a verdict**; the dialplan carries the verdict out, so that no program of ours stays
attached while two people talk. A hang-up by the caller is the one exception, `Hangup`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Hangup(Exception):
    """The caller has hung up: control flow, not an error."""


class Language(StrEnum):
    """A language of the prompts; the value is its folder under `sounds/`."""

    CHINESE = "zh"
    ENGLISH = "en"


class Topic(StrEnum):
    """What a caller chose in the menu (投诉, 建议, 咨询, 故障) or nothing but an agent."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    CONSULTATION = "consultation"
    FAULT = "fault"
    AGENT = "agent"


class LineOutcome(StrEnum):
    """How a script that listens to the line ended."""

    ALIVE = "alive"
    SILENT = "silent"  # SIL-1
    TOO_QUIET = "too_quiet"  # SIL-3
    STAYED_ON = "stayed_on"  # SIL-5
    CANNOT_HEAR = "cannot_hear"  # SIL-4, of a caller who has no number to be called back


class CallbackReason(StrEnum):
    """Why a caller was promised to be called back without an agent saying so."""

    CANNOT_HEAR = "cannot_hear"  # SIL-4: within 3 minutes
    QUEUE = "queue"  # did not want to wait, and keeps the place


class MessageReason(StrEnum):
    """Why a caller is offered to leave a message (QUE-5, ANS-3)."""

    AFTER_HOURS = "after_hours"
    NOBODY = "nobody"
    ALL_BUSY = "all_busy"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Spoke:
    """The caller's voice began at `at` (seconds of the line's clock)."""

    at: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed `digit` (one of 0-9 * #) at `at`; digits are personal data in logs."""

    digit: str
    at: float


Life = Spoke | Pressed
"""A sign that somebody is there."""


@dataclass(frozen=True, slots=True)
class VoiceBegan:
    """A voice began a moment before `at`."""

    at: float


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """No voice has been heard for half a second at `at`."""

    at: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A steady tone of `hz` has been heard for a fifth of a second at `at`."""

    at: float
    hz: int


Sound = VoiceBegan | VoiceEnded | Tone


@dataclass(frozen=True, slots=True)
class Overheard:
    """What was heard on the line, in order, until `now` (seconds of the line's clock)."""

    now: float
    sounds: tuple[Sound, ...] = ()


class Barge(StrEnum):
    """What may cut a prompt short."""

    LIFE = "life"
    KEY = "key"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Connect:
    """Queue the caller for an agent."""

    queue: str
    topic: Topic
    language: Language


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Invite the caller to leave a message (QUE-5)."""

    reason: MessageReason
    topic: Topic
    language: Language


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up first, which SIL-6 allows only at the end of SIL-1, SIL-3, SIL-4 and SIL-5."""

    outcome: LineOutcome
    language: Language


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the agent who had the caller before a script, then to the others."""

    language: Language


@dataclass(frozen=True, slots=True)
class Callback:
    """Hang up and call back: the goodbye has been said (SIL-4)."""

    kind: CallbackReason
    language: Language


Verdict = Connect | TakeMessage | HangUp | Return | Callback


class Call(Protocol):
    """One call on which a dialogue speaks and listens, in full duplex.

    Every method raises `Hangup` as soon as the caller is gone. Seconds everywhere.
    """

    async def say(self, *prompts: str, language: Language, barge: Barge) -> Life | None:
        """Speak prompts one after the other; return what cut them short, None if all was said."""
        ...

    async def listen(self, seconds: float) -> Life | None:
        """Say nothing for `seconds`; return the first sign of life at once, None without one."""
        ...

    def keep(self) -> None:
        """Keep what is heard from here on, in memory, for `listen_again` (SIL-1)."""
        ...

    async def listen_again(self, seconds: float) -> Life | None:
        """Listen as `listen` does; meanwhile have all since `keep` heard a second time.

        A voice that was not noticed then is a sign of life as well. Never takes longer than
        `seconds`; without an answer there is none.
        """
        ...

    def let_go(self) -> None:
        """Drop what was kept."""
        ...

    async def await_key(self, seconds: float) -> Pressed | None:
        """Say nothing for `seconds`; return the first key at once, deaf to voice."""
        ...

    async def hear_out(self, limit: float) -> None:
        """Let the caller finish speaking: return when the voice stops, at most `limit` later."""
        ...

    def overhear(self) -> Overheard:
        """Return what was heard since the last time; listens from the first time on."""
        ...

    def too_quiet(self) -> bool:
        """Tell whether the voice since the last `forget_level` was too low to work with (SIL-3)."""
        ...

    def heard_well(self) -> bool:
        """Tell whether there was a voice since the last `forget_level`, and loud enough."""
        ...

    def forget_level(self) -> None:
        """Judge the level afresh from here on: the caller was asked to speak up."""
        ...

    def note(self, what: str, **facts: str | int | float) -> None:
        """Write what happened into the call's journal."""
        ...
