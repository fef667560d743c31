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


def tone_segments(hertz: float, samples: Samples, *, gap: float = 0.25) -> list[ToneSegment]:
    """Return where a tone is heard; breaks shorter than `gap` seconds do not count."""
    window, step = int(WINDOW_S * RATE), int(STEP_S * RATE)
    found: list[ToneSegment] = []
    for begin in range(0, len(samples) - window + 1, step):
        if not _is_there(hertz, samples[begin : begin + window]):
            continue
        start, end = begin / RATE, (begin + window) / RATE
        if found and start - found[-1].end <= gap:
            found[-1] = ToneSegment(found[-1].start, end)
        else:
            found.append(ToneSegment(start, end))
    return found


def _is_there(hertz: float, window: Samples) -> bool:
    power, at = _spectrum(window)
    away = np.abs(at - hertz)
    own = power[away < NARROW_HZ].sum()
    beside = power[(away >= 2 * NARROW_HZ) & (away < AROUND_HZ)].sum()
    return bool(_dbfs(own) > HEARD_DBFS and own > PURER * beside)


def _spectrum(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return the power at each frequency, so scaled that the sum of a tone's is its mean square."""
    shape = np.hanning(len(samples))
    bins = np.fft.rfft(samples.astype(np.float64) / FULL_SCALE * shape)
    power = 2 * np.abs(bins) ** 2 / (len(samples) * np.square(shape).sum())
    return power, np.fft.rfftfreq(len(samples), 1 / RATE)


def _dbfs(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-12)))
