"""What voice activity detection reports of a line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """A voice is heard: `at` (s) the frame that proved it, `level_dbfs` that frame's loudness."""

    at: float
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """No voice any more for the hang-over time; `at` (s) is its end."""

    at: float


HeardEvent = VoiceStarted | VoiceStopped
