"""Finds the tones by which a telephone network speaks: busy, no such number, ringing, a fax.

Does no I/O. Such a tone is one or two lines in the spectrum of a tenth of a second (350+440, 400,
425, 450, 480+620, 1100, 2100 Hz: each country has its own), whatever its cadence, and always the
same ones. The harmonics of a voice are more, move, and begin lower; now and then a vowel is as pure
for a moment, never twice at the very same pitch.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAMES: Final = 4
"""Frames of 30 ms that are looked at at once."""
STEADY: Final = 2
"""Looks in a row, a frame apart, in which the lines do not move."""
PURE: Final = 0.92
"""Share of the power that lies within two lines."""
LINE_BINS: Final = 2
"""Bins of 8.3 Hz to each side of a line that are its own."""
LOWEST_HZ: Final = 340
"""Vowels of high voices are nearly one tone of 200 to 300 Hz."""
LOUD_ENOUGH: Final = 1e-6
"""Mean square, full scale being 1: -60 dBFS."""

AGAIN: Final = 34
"""Frames of a message (1 s) in which the same lines are heard."""

Lines = tuple[int, int]


class SignalTones:
    """Tells of each frame of 30 ms of one channel whether it belongs to a tone."""

    def __init__(self, *, rate: int) -> None:
        self._size = rate * 30 // 1000 * FRAMES
        self._hertz = rate / self._size
        self._taper = np.hanning(self._size)
        self._last: Sequence[NDArray[np.int16]] = ()
        self._lines: Lines | None = None
        self._steady = 0
        self._frames: list[Lines | None] = []

    def feed(self, frame: bytes) -> None:
        """Take the next frame: 30 ms of signed 16 bit little endian."""
        self._last = [*self._last, np.frombuffer(frame, "<i2")][-FRAMES:]
        self._frames.append(None)
        if len(self._last) < FRAMES:
            return
        lines = self._lines_in(np.concatenate(self._last) / 32768.0)
        moved = lines is None or self._lines is None or not _same(lines, self._lines)
        self._steady = 1 if moved else self._steady + 1
        self._lines = lines
        if lines is not None and self._steady >= STEADY:
            self._frames[-FRAMES - 1 :] = [lines] * min(len(self._frames), FRAMES + 1)

    def frames(self) -> list[bool]:
        """Return of each frame so far whether it is of a tone that came again, or went on."""
        counts = Counter(lines for lines in self._frames if lines is not None)
        again = {
            lines
            for lines in counts
            if sum(count for other, count in counts.items() if _same(lines, other)) >= AGAIN
        }
        return [lines in again for lines in self._frames]

    def _lines_in(self, samples: NDArray[np.float64]) -> Lines | None:
        """Return the one or two lines in which nearly all the power lies; None: in more."""
        if float(np.mean(samples * samples)) < LOUD_ENOUGH:
            return None
        power = np.abs(np.fft.rfft(samples * self._taper)) ** 2
        total = float(power.sum())
        first, strong = _strongest(power)
        second, less = _strongest(power)
        if strong + less < PURE * total or first * self._hertz < LOWEST_HZ:
            return None
        second = second if less > strong / 20 else first
        return min(first, second), max(first, second)


def _strongest(power: NDArray[np.float64]) -> tuple[int, float]:
    """Take the strongest line out of a spectrum; return its bin and its power."""
    line = int(power.argmax())
    own = slice(max(0, line - LINE_BINS), line + LINE_BINS + 1)
    strong = float(power[own].sum())
    power[own] = 0.0
    return line, strong


def _same(lines: Lines, before: Lines) -> bool:
    return all(abs(one - two) <= 1 for one, two in zip(lines, before, strict=True))
