"""What we played to a line lately: the ear must not take our own prompt's echo for a caller.

Does no I/O.
"""

from collections import deque

import numpy as np

from line import ear_features as features
from line.ear_features import BANDS, ECHO_FRAMES, NO_PROMPT_DB, Floats
from line.ear_level import SILENCE_DBFS, dbfs

ECHO_LOSS_DB = 23.0  # without the network: an echo is at least this much weaker than the prompt
_NONE = np.full(BANDS, NO_PROMPT_DB, np.float32)
_NO_TAIL = np.zeros(features.WINDOW - features.FRAME, np.float32)


class Echo:
    """The last 300 ms of prompt on one line, as bands and as loudness."""

    __slots__ = ("_bands", "_levels", "_silent", "peak", "tail")

    def __init__(self) -> None:
        self.tail: Floats = _NO_TAIL  # the samples before the next frame of prompt
        self.peak: Floats = _NONE  # the loudest of each band in the last 300 ms
        self._bands: deque[Floats] = deque(maxlen=ECHO_FRAMES)
        self._levels: deque[float] = deque(maxlen=ECHO_FRAMES)
        self._silent = ECHO_FRAMES

    def hear(self, window: Floats, bands: Floats) -> None:
        """A frame of prompt was played; `window` ends with it, `bands` are the window's."""
        self.tail = window[features.FRAME :].copy()
        self._silent = 0
        self._keep(bands, dbfs(float(np.mean(np.square(window[-features.FRAME :])))))

    def hear_silence(self) -> None:
        """Nothing was played at this tick."""
        self._silent += 1
        if self._silent == ECHO_FRAMES:
            self._bands.clear()
            self._levels.clear()
            self.tail, self.peak = _NO_TAIL, _NONE
        elif self._silent < ECHO_FRAMES:
            self.tail = _NO_TAIL
            self._keep(_NONE, SILENCE_DBFS)

    def louder(self, level_dbfs: float) -> bool:
        """Whether a sound of that level is too loud to be an echo of the prompt."""
        return level_dbfs > max(self._levels, default=SILENCE_DBFS) - ECHO_LOSS_DB

    def _keep(self, bands: Floats, level: float) -> None:
        self._bands.append(bands.copy())
        self._levels.append(level)
        self.peak = np.max(self._bands, axis=0)
