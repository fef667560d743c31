"""What one end of a call hears, laid on the clock. Does no I/O; the time is an argument.

A switch sends nothing while it has nothing to say, so audio that arrives must be put where it was
heard, not one piece after the other: a gap in arrival becomes silence of the same length.
"""

import numpy as np

from caller.listen import FRAME, RATE, SOUND, Samples, frame_levels

SLACK = 0.06
"""Seconds by which audio may arrive late before it counts as a gap (three packets)."""

WORDS_AFTER = 0.08
"""Seconds of sound, within 160 ms, from which on words are heard."""


class Tape:
    """A recording that knows when each sample was heard, and whether it is quiet now."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._pieces: list[Samples] = []
        self._length = 0
        self._recent = np.zeros(0, dtype=np.bool_)
        self._last_sound: float | None = None
        self._words_began: float | None = None

    @property
    def seconds(self) -> float:
        return self._length / RATE

    def hear(self, pcm: bytes, now: float) -> None:
        """Take 16-bit audio that has just arrived in full."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.int16)
        missing = (now - self._started) - (self._length + len(samples)) / RATE
        if missing > SLACK:
            self._append(np.zeros(round(missing * RATE), dtype=np.int16))
            self._recent = np.zeros(0, dtype=np.bool_)
        self._append(samples)
        self._notice(samples, now)

    def finish(self, now: float) -> Samples:
        """Return everything heard, with silence up to `now`."""
        missing = (now - self._started) - self.seconds
        if missing > 0:
            self._append(np.zeros(round(missing * RATE), dtype=np.int16))
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.int16)

    def so_far(self) -> Samples:
        """Return what was heard until now."""
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.int16)

    def hears_words(self, now: float, *, pause: float) -> bool:
        """Tell whether there is sound now, or was less than `pause` seconds ago."""
        return self._last_sound is not None and now - self._last_sound < pause

    def words_since(self, moment: float) -> float | None:
        """Return when the latest piece of sound began, if it was heard after `moment`."""
        if self._last_sound is None or self._last_sound <= moment:
            return None
        return self._words_began

    def _append(self, samples: Samples) -> None:
        self._pieces.append(samples)
        self._length += len(samples)

    def _notice(self, samples: Samples, now: float) -> None:
        frames = frame_levels(samples) > SOUND
        self._recent = np.concatenate((self._recent, frames))[-16:]
        if int(np.count_nonzero(self._recent)) * FRAME / RATE < WORDS_AFTER:
            return
        if frames.any():
            if self._last_sound is None or now - self._last_sound > 0.5:
                self._words_began = now
            self._last_sound = now
