"""What we played to a line lately: the ear must not take our own prompt's echo for a caller.

Does no I/O.
"""

from typing import NamedTuple

import numpy as np

from line.ear_features import BANDS, ECHO_FRAMES, NO_PROMPT_DB, TAIL, Floats
from line.ear_level import SILENCE_DBFS

ECHO_LOSS_DB = 23.0  # without the network: an echo is at least this much weaker than the prompt
_NONE = np.full(BANDS, NO_PROMPT_DB, np.float32)
_NO_TAIL = np.zeros(TAIL, np.float32)


class Played(NamedTuple):
    """What a frame of prompt sounds like: the same for every line that hears the prompt."""

    tail: Floats
    bands: Floats
    level_dbfs: float


class Echo:
    """The last 300 ms of prompt on one line, as bands and as loudness."""

    __slots__ = ("_levels", "_next", "_silent", "before", "peak", "ring", "tail")

    def __init__(self) -> None:
        self.tail: Floats = _NO_TAIL  # the samples before the next frame of prompt
        self.before: tuple[bytes, bytes] = (b"", b"")  # the two frames those samples are from
        self.peak: Floats = _NONE  # the loudest of each band in the last 300 ms
        self.ring: Floats = np.full((ECHO_FRAMES, BANDS), NO_PROMPT_DB, np.float32)
        self._levels = [SILENCE_DBFS] * ECHO_FRAMES
        self._next = 0
        self._silent = ECHO_FRAMES

    def hear(self, frame: bytes, played: "Played") -> None:
        """A frame of prompt was played; who calls sets `peak` for all lines at once."""
        self.tail = played.tail
        self.before = (self.before[1], frame)
        self._silent = 0
        self._keep(played.bands, played.level_dbfs)

    def hear_silence(self) -> None:
        """Nothing was played at this tick."""
        if self.possible:
            self._silent += 1
            self.tail, self.before = _NO_TAIL, (b"", b"")
            self._keep(_NONE, SILENCE_DBFS)
            self.peak = self.ring.max(axis=0)

    @property
    def possible(self) -> bool:
        """Whether we played anything in the last 300 ms."""
        return self._silent < ECHO_FRAMES

    def louder(self, level_dbfs: float) -> bool:
        """Whether a sound of that level is too loud to be an echo of the prompt."""
        return not self.possible or level_dbfs > max(self._levels) - ECHO_LOSS_DB

    def _keep(self, bands: Floats, level: float) -> None:
        self.ring[self._next] = bands
        self._levels[self._next] = level
        self._next = (self._next + 1) % ECHO_FRAMES
