"""What a line heard while SIL-1 runs, kept for a second opinion. Does no I/O.

Bounded: 31 s, 1 MB a line (the caller's audio and ours, four bytes a frame of the first opinion).
Of more, the oldest goes. Nothing of it is written anywhere, and it is dropped when SIL-1 ends.
"""

from array import array
from dataclasses import dataclass
from math import nan
from typing import Final

from line.vad_features import FRAME_BYTES

MOST_FRAMES: Final = 1500
"""Frames of 20 ms kept: 30 s, SIL-1 is 24 s long."""
_SLACK: Final = 50
"""Frames above the bound before the oldest are dropped: they go by the second."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a line: what came, what we played at the same time, the first opinion."""

    audio: bytes
    """16 bit, 8 kHz."""
    scores: tuple[float, ...]
    """Log-odds of a voice; not a number where the network was not asked."""
    prompt: bytes
    """As long as the audio; zeros where we played nothing."""

    def last(self, frames: int) -> "Passage":
        """The end of it."""
        size = frames * FRAME_BYTES
        return Passage(self.audio[-size:], self.scores[-frames:], self.prompt[-size:])


class Listened:
    """Grows by 20 ms at every tick, to a bound."""

    __slots__ = ("_audio", "_prompt", "_scores")

    def __init__(self) -> None:
        self._audio = bytearray()
        self._scores = array("f")
        self._prompt = bytearray()

    def __len__(self) -> int:
        return len(self._scores)

    def add(self, frame: bytes, score: float | None, prompt: bytes | None) -> None:
        """Keep 20 ms; audio of another length is cut, or filled up with silence."""
        self._audio += frame[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        self._scores.append(nan if score is None else score)
        self._prompt += (prompt or b"")[:FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        if len(self._scores) > MOST_FRAMES + _SLACK:
            size = MOST_FRAMES * FRAME_BYTES
            del self._audio[:-size], self._prompt[:-size], self._scores[:-MOST_FRAMES]

    def passage(self) -> Passage:
        """All that is kept, as it is now."""
        return Passage(bytes(self._audio), tuple(self._scores), bytes(self._prompt))
