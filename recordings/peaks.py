"""Waveform of a recording: how loud each side is, in a few hundred points."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recordings.wav import layout_of

LOUDEST = 32768
"""Of 16-bit samples."""

SAMPLES_AT_ONCE = 1 << 20
"""Read at once, so that a call of hours needs little memory: 1 minute of stereo."""


def peaks(path: Path, *, points: int) -> Sequence[Sequence[float]]:
    """Return for each channel at most `points` peaks of equal parts, 0 to 1.

    Shorter recordings have a point a sample. Raises OSError and NotAWavError.
    """
    with path.open("rb") as file:
        layout = layout_of(file)
        frames = layout.audio_bytes(path.stat().st_size) // layout.frame_bytes
        span = max(1, -(-frames // points))
        turns = max(1, SAMPLES_AT_ONCE // (span * layout.channels))
        found = []
        for begin in range(0, frames, turns * span):
            wanted = min(turns * span, frames - begin) * layout.channels
            samples = np.fromfile(file, dtype="<i2", count=wanted)
            found.append(_loudest(samples.reshape(-1, layout.channels), span))
    if not found:
        return [[] for _ in range(layout.channels)]
    return [[round(float(each), 3) for each in side] for side in np.concatenate(found).T / LOUDEST]


def _loudest(
    samples: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", span: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
    begins = np.arange(0, len(samples), span)
    return np.maximum.reduceat(np.abs(samples.astype(np.int32)), begins, axis=0)
