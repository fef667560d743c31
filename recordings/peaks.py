"""Waveform of a recording: how loud each side is, in a few hundred points of any part of it.

A short part is read from the file. Of a long one the summary is asked: the loudest sample of each
tenth of a second, which is made once. A call of hours is never in memory.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from recordings.wav import Layout, layout_of

LOUDEST = 32768
"""Of 16-bit samples."""

SAMPLES_AT_ONCE = 1 << 20
"""Read at once, so that a call of hours needs little memory: 1 minute of stereo."""

BLOCK_S: Final = 0.1
"""One value of a summary; three hours of stereo are 430 kB."""

Samples = np.ndarray[tuple[int, int], np.dtype[np.int16]]
Loudness = np.ndarray[tuple[int, int], np.dtype[np.uint16]]
"""By block and channel the loudest sample, 0 to 32768."""
Waveform = Sequence[Sequence[float]]


def peaks(path: Path, *, points: int, begin_s: float = 0.0, end_s: float | None = None) -> Waveform:
    """Return for each channel at most `points` peaks of equal parts, 0 to 1, of a part of a file.

    Shorter parts have a point a sample. Raises OSError and NotAWavError.
    """
    with path.open("rb") as file:
        layout = layout_of(file)
        frames = layout.audio_bytes(path.stat().st_size) // layout.frame_bytes
        first = min(frames, int(begin_s * layout.rate))
        last = frames if end_s is None else max(first, min(frames, round(end_s * layout.rate)))
        span = max(1, -(-(last - first) // points))
        found = list(_loudest_of(file, layout, first, last, span))
    return _told(np.concatenate(found) if found else np.empty((0, layout.channels), np.uint16))


def summary(path: Path) -> Loudness:
    """Return the loudest sample of each block of a whole file. Raises as `peaks`."""
    with path.open("rb") as file:
        layout = layout_of(file)
        frames = layout.audio_bytes(path.stat().st_size) // layout.frame_bytes
        span = round(BLOCK_S * layout.rate)
        found = list(_loudest_of(file, layout, 0, frames, span))
    return np.concatenate(found) if found else np.empty((0, layout.channels), np.uint16)


def summed_up(
    of: Loudness, *, points: int, begin_s: float = 0.0, end_s: float | None = None
) -> Waveform:
    """Return the same as `peaks` from a summary, for a part of many blocks."""
    first = min(len(of), int(begin_s / BLOCK_S))
    last = len(of) if end_s is None else max(first, min(len(of), round(end_s / BLOCK_S)))
    part = of[first:last]
    if not len(part):
        return _told(part)
    wanted = min(points, len(part))
    begins = np.linspace(0, len(part), wanted, endpoint=False).astype(np.int64)
    return _told(np.maximum.reduceat(part, begins, axis=0))


def _loudest_of(
    file: BinaryIO, layout: Layout, first: int, last: int, span: int
) -> Iterator[Loudness]:
    """Give the loudest sample of each `span` frames, some at a time."""
    file.seek(layout.begins + first * layout.frame_bytes)
    turns = max(1, SAMPLES_AT_ONCE // (span * layout.channels))
    for begin in range(first, last, turns * span):
        wanted = min(turns * span, last - begin) * layout.channels
        samples = np.fromfile(file, dtype="<i2", count=wanted)
        yield _loudest(samples.reshape(-1, layout.channels), span)


def _loudest(samples: Samples, span: int) -> Loudness:
    """Return the loudest sample of each `span` frames; the last ones may be fewer."""
    whole = len(samples) // span * span
    sides = []
    for side in samples.T:
        line = np.ascontiguousarray(side)  # one after another: ten times as fast
        blocks = line[:whole].reshape(-1, span)
        loudest = _magnitude(blocks.max(axis=1, initial=0), blocks.min(axis=1, initial=0))
        if whole < len(line):
            rest = line[whole:]
            loudest = np.append(
                loudest, _magnitude(rest.max(keepdims=True), rest.min(keepdims=True))
            )
        sides.append(loudest)
    return np.stack(sides, axis=1).astype(np.uint16)


def _magnitude(
    highest: "np.ndarray[tuple[int], np.dtype[np.int16]]",
    lowest: "np.ndarray[tuple[int], np.dtype[np.int16]]",
) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    return np.maximum(np.abs(highest.astype(np.int32)), np.abs(lowest.astype(np.int32)))


def _told(found: Loudness) -> Waveform:
    return [[round(float(each), 3) for each in side] for side in found.T / LOUDEST]
