"""Finds steady tones on a line: the beep of a voicemail, a fax. Does no I/O.

A tone is one line in the spectrum for a fifth of a second; a voice never stays so pure and so
steady but for its lowest overtones, so that low tones do not count. Two tones at once (keys, a busy
line) are none of these.
"""

from typing import Final

import numpy as np

from line.vad_features import FRAME, FRAME_BYTES

FRAMES: Final = 10
"""20 ms each, in which the tone does not move."""
PURE: Final = 0.9
"""Share of the power that lies within one line."""
LOUD_ENOUGH: Final = 1e-5
"""Mean square, full scale being 1: -50 dBFS."""
BIN_HZ: Final = 8000 // FRAME
LOWEST_HZ: Final = 400
"""Vowels of high voices are nearly one tone of 200 to 250 Hz."""

_TAPER: Final = np.hanning(FRAME)


class Tones:
    """The tones of one line."""

    def __init__(self) -> None:
        self._line = 0
        self._frames = 0

    def hear(self, frame: bytes) -> int | None:
        """Take in 20 ms; return a tone's frequency in Hz once it has lasted long enough."""
        line = _line_of(frame) if len(frame) == FRAME_BYTES else 0
        if line and self._frames and abs(line - self._line) <= 1:
            self._frames += 1
        else:
            self._line, self._frames = line, 1 if line else 0
        return line * BIN_HZ if self._frames == FRAMES else None


def _line_of(frame: bytes) -> int:
    """Return in which line of the spectrum nearly all the power lies; 0: in none."""
    samples = np.frombuffer(frame, "<i2") / 32768.0
    if float(np.mean(samples * samples)) < LOUD_ENOUGH:
        return 0
    power = np.abs(np.fft.rfft(samples * _TAPER)) ** 2
    line = int(power.argmax())
    if line * BIN_HZ < LOWEST_HZ:
        return 0
    near = float(power[max(line - 1, 0) : line + 2].sum())
    return line if near >= PURE * float(power.sum()) else 0
