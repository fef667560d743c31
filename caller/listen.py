"""What can be told from a recording alone: where there was sound, and how loud. Does no I/O.

Offline and exact, so that a test may say "the pause was 3.0 s" of what a caller heard: levels are
taken over frames of 10 ms, and a segment begins and ends on a frame's edge.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 8000
"""Hz; everything a caller hears or says here is narrow-band telephone audio."""

FRAME = 80
"""Samples of one frame: 10 ms."""

SOUND = -50.0
"""dBFS of a frame from which on it counts as sound: A-law's own silence is at -72."""

FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of sound, seconds from the recording's beginning, and its level in dBFS (RMS)."""

    start: float
    end: float
    dbfs: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def loudness(samples: Samples) -> float:
    """Return the level of the samples in dBFS (RMS), -100 for none or digital silence."""
    if not len(samples):
        return -100.0
    power = float(np.mean(np.square(samples.astype(np.float64) / FULL_SCALE)))
    return max(-100.0, 10 * float(np.log10(power))) if power > 0 else -100.0


def frame_levels(samples: Samples) -> NDArray[np.float64]:
    """Return the level of each whole 10 ms frame in dBFS."""
    whole = samples[: len(samples) // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME)
    power = np.mean(np.square(whole / FULL_SCALE), axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)), dtype=np.float64)


def segments(
    samples: Samples, *, above: float = SOUND, gap: float = 0.6, least: float = 0.1
) -> list[Segment]:
    """Return the pieces of sound louder than `above` dBFS.

    Pauses shorter than `gap` seconds (between words) do not part a segment; one shorter than
    `least` seconds (a click) is left out.
    """
    loud = np.flatnonzero(frame_levels(samples) > above)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > gap * RATE / FRAME)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [len(loud) - 1]))] + 1
    seconds = FRAME / RATE
    return [
        Segment(
            round(float(start * seconds), 3),
            round(float(end * seconds), 3),
            round(loudness(samples[start * FRAME : end * FRAME]), 1),
        )
        for start, end in zip(starts, ends, strict=True)
        if (end - start) * seconds >= least
    ]


def pauses(heard: list[Segment]) -> list[float]:
    """Return the seconds between one segment's end and the next one's start."""
    return [round(after.start - before.end, 3) for before, after in itertools.pairwise(heard)]


def likeness(part: Samples, whole: Samples) -> float:
    """Return how well `part` is found somewhere in `whole`: 1 as it is, near 0 not at all.

    The highest normalised cross-correlation of the two signals over all shifts.
    """
    if not len(part) or len(whole) < len(part):
        return 0.0
    a = part.astype(np.float64) / FULL_SCALE
    b = whole.astype(np.float64) / FULL_SCALE
    size = 1 << (len(a) + len(b) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)
    shifts = len(b) - len(a) + 1
    sums = np.concatenate(([0.0], np.cumsum(np.square(b))))
    power = np.sqrt(np.maximum(sums[len(a) :] - sums[: -len(a)], 1e-9) * np.sum(np.square(a)))
    return round(float(np.max(products[:shifts] / np.maximum(power, 1e-9))), 3)


def found_in(part: Samples, whole: Samples, *, piece: float = 0.5) -> float:
    """Return the median likeness of the pieces of `part`, each of `piece` seconds.

    A packet that was lost or came twice shifts what follows it: it spoils one piece, not all.
    """
    size = int(piece * RATE)
    pieces = [part[n : n + size] for n in range(0, len(part) - size + 1, size)]
    return float(np.median([likeness(each, whole) for each in pieces])) if pieces else 0.0
