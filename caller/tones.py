"""Tones by which the parties of a call are told apart: made, and found again. Does no I/O.

Each party says a tone of its own; a recording or a tape is looked through for all of them.
"""

from dataclasses import dataclass

import numpy as np

from caller.listen import FULL_SCALE, RATE, Samples

LEVEL_DBFS = -20.0
"""How loud a tone is said."""
HEARD_DBFS = -36.0
"""A tone below this is no tone: an echo, or what a codec made of another one."""
WINDOW_S, STEP_S = 0.1, 0.05
NARROW_HZ, AROUND_HZ = 20.0, 90.0
"""A tone lies within so many Hz; music and speech have as much just beside."""
PURER = 6.0


@dataclass(frozen=True, slots=True)
class ToneSegment:
    """Where a tone was heard without a break, seconds from the beginning."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Windows:
    """How strong each frequency is in samples, from moment to moment (every `STEP_S` seconds)."""

    power: np.ndarray
    """A row for each moment, a column for each frequency."""
    at: np.ndarray
    """The frequencies, Hz."""


def tone(hertz: float, seconds: float) -> Samples:
    """Return a steady tone."""
    time = np.arange(int(seconds * RATE)) / RATE
    peak = FULL_SCALE * 10 ** (LEVEL_DBFS / 20) * np.sqrt(2)
    return np.asarray(np.sin(2 * np.pi * hertz * time) * peak, dtype=np.int16)


def level(hertz: float, samples: Samples) -> float:
    """Return how loud a tone is in the whole of the samples, in dBFS (RMS)."""
    if not len(samples):
        return -120.0
    power, at = _spectrum(samples)
    return _dbfs(power[np.abs(at - hertz) < NARROW_HZ].sum())


def windows(samples: Samples) -> Windows:
    """Return what `tone_segments` looks through: once for all tones of the same samples."""
    size, step = int(WINDOW_S * RATE), int(STEP_S * RATE)
    if len(samples) < size:
        return Windows(np.zeros((0, size // 2 + 1)), np.fft.rfftfreq(size, 1 / RATE))
    power, at = _spectrum(np.lib.stride_tricks.sliding_window_view(samples, size)[::step])
    return Windows(power, at)


def tone_segments(hertz: float, heard: Windows, *, gap: float = 0.25) -> list[ToneSegment]:
    """Return where a tone is heard; breaks shorter than `gap` seconds do not count."""
    found: list[ToneSegment] = []
    for which in np.flatnonzero(_is_there(hertz, heard)):
        start = int(which) * STEP_S
        end = start + WINDOW_S
        if found and start - found[-1].end <= gap:
            found[-1] = ToneSegment(found[-1].start, end)
        else:
            found.append(ToneSegment(start, end))
    return found


def _is_there(hertz: float, heard: Windows) -> np.ndarray:
    away = np.abs(heard.at - hertz)
    own = heard.power[:, away < NARROW_HZ].sum(axis=1)
    beside = heard.power[:, (away >= 2 * NARROW_HZ) & (away < AROUND_HZ)].sum(axis=1)
    loud = own > 10 ** (HEARD_DBFS / 10)
    return np.asarray(loud & (own > PURER * beside))


def _spectrum(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return the power at each frequency, so scaled that the sum of a tone's is its mean square.

    Of one piece, or of many of the same length (a row each).
    """
    size = samples.shape[-1]
    shape = np.hanning(size)
    bins = np.fft.rfft(samples.astype(np.float64) / FULL_SCALE * shape)
    power = 2 * np.abs(bins) ** 2 / (size * np.square(shape).sum())
    return power, np.fft.rfftfreq(size, 1 / RATE)


def _dbfs(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-12)))
