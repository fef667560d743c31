"""Reads a recording piece by piece, each with what lies around it.

A frame is 20 ms. Of frame i the samples of 32 ms are looked at, of which the frame is the middle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from recordings.wav import RATE, Layout, NotAWavError, layout_of

Floats = NDArray[np.float32]

FRAME: Final = 160
FRAME_S: Final = FRAME / RATE
WINDOW: Final = 256
LEAD: Final = (WINDOW - FRAME) // 2
"""Samples of a window before and after its frame."""
FRAMES: Final = 1500
"""Of a piece: 30 s."""
AROUND: Final = 80
"""Frames before and after a piece that are heard with it: more than the network looks to a side."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames of all channels, and as many as there are of those around them."""

    first: int
    """The piece's first frame in the recording."""
    frames: int
    before: int
    """Frames in `samples` before the first."""
    samples: tuple[NDArray[np.int16], ...]
    """Of each channel, with `LEAD` more at both ends; 0 beyond the recording."""

    @property
    def own(self) -> slice:
        """Return where the piece's own frames are among all that are heard with it."""
        return slice(self.before, self.before + self.frames)


@dataclass(frozen=True, slots=True)
class Recording:
    """An open recording."""

    file: BinaryIO
    layout: Layout
    samples: int
    """Of each channel."""

    @property
    def frames(self) -> int:
        """Return how many frames it has; the last may be short."""
        return -(-self.samples // FRAME)

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.samples / RATE

    def pieces(self) -> Iterator[Piece]:
        """Give the recording from its beginning to its end."""
        for first in range(0, self.frames, FRAMES):
            frames = min(FRAMES, self.frames - first)
            begin = max(0, first - AROUND)
            end = min(self.frames, first + frames + AROUND)
            yield Piece(first, frames, first - begin, self._read(begin, end))

    def _read(self, begin: int, end: int) -> tuple[NDArray[np.int16], ...]:
        first, last = begin * FRAME - LEAD, end * FRAME + LEAD
        there = max(0, first), min(self.samples, last)
        self.file.seek(self.layout.begins + there[0] * self.layout.frame_bytes)
        found = np.fromfile(self.file, "<i2", (there[1] - there[0]) * self.layout.channels)
        around = (there[0] - first, last - there[1])
        sides = found.reshape(-1, self.layout.channels).T
        return tuple(np.pad(side, around) for side in sides)


def opened(file: BinaryIO, path: Path) -> Recording:
    """Return an open WAV file as a recording. Raises NotAWavError."""
    layout = layout_of(file)
    if layout.rate != RATE:
        raise NotAWavError(f"{layout.rate} Hz, not {RATE}")
    audio = layout.audio_bytes(path.stat().st_size)
    return Recording(file, layout, audio // layout.frame_bytes)
