"""What is measured of each frame of a piece: bands, level, periodicity, tonality. Does no I/O."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from recordings.analysis.pieces import FRAME, LEAD, WINDOW, Floats
from recordings.wav import RATE

BANDS: Final = 20
BINS: Final = WINDOW // 2 + 1
AT_ONCE: Final = 256
"""Frames whose spectra are taken at once: they stay in the processor's cache."""
FULL_SCALE: Final = np.float32(1.0 / 32768.0)
TINY: Final = np.float32(2.5e-10)
"""Mean square that stands for digital silence: -96 dBFS."""
_LAGS: Final = np.arange(20, 104, 2)
"""Samples: 78 to 400 Hz."""


@dataclass(frozen=True, slots=True)
class Spectra:
    """Of each frame of one side."""

    bands: Floats
    """(frames, BANDS), dBFS."""
    level: Floats
    """dBFS of the frame itself."""
    shape: Floats
    """(frames, 2): periodicity and tonality, about 0 to 1."""


def spectra(samples: NDArray[np.int16]) -> Spectra:
    """Measure one side of a piece: its frames' samples with `LEAD` more at both ends."""
    audio = samples * FULL_SCALE
    windows = sliding_window_view(audio, WINDOW)[::FRAME]
    frames = len(windows)
    own = audio[LEAD : LEAD + frames * FRAME].reshape(frames, FRAME)
    level = 10.0 * np.log10(np.einsum("ij,ij->i", own, own) / np.float32(FRAME) + TINY)
    bands, shape = np.empty((frames, BANDS), np.float32), np.empty((frames, 2), np.float32)
    for begin in range(0, frames, AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        power = _power(windows[part])
        bands[part] = 10.0 * np.log10(power @ _TRIANGLES + TINY)
        total = power @ _TWICE + TINY
        shape[part, 0] = (power @ _LIKENESS).max(axis=1) / total
        shape[part, 1] = 2.0 * power.max(axis=1) / total
    return Spectra(bands, level.astype(np.float32), shape)


def _power(windows: Floats) -> Floats:
    """Return power spectra (frames, BINS) whose sum, taken twice, is the mean square."""
    bins = np.fft.rfft(windows * _TAPER)
    parts = bins.view(np.float32) if bins.dtype == np.complex64 else bins.view(np.float64)
    parts *= parts
    return (parts[:, ::2] + parts[:, 1::2]).astype(np.float32, copy=False)


def _mel(hertz: float) -> float:
    return 1127.0 * math.log1p(hertz / 700.0)


def _triangles() -> Floats:
    """Return bands from 100 to 3800 Hz, evenly wide to the ear: (BINS, BANDS)."""
    edges = np.linspace(_mel(100.0), _mel(3800.0), BANDS + 2)
    hertz = 700.0 * np.expm1(edges / 1127.0)
    bins = np.arange(BINS)[:, None] * (RATE / WINDOW)
    rise = (bins - hertz[:-2]) / (hertz[1:-1] - hertz[:-2])
    fall = (hertz[2:] - bins) / (hertz[2:] - hertz[1:-1])
    return (2.0 * np.maximum(0.0, np.minimum(rise, fall))).astype(np.float32)


def _likeness() -> Floats:
    """Return what takes a power spectrum to the autocorrelation at `_LAGS`, without the taper's."""
    places = np.arange(BINS)[:, None]
    twice = np.where((places == 0) | (places == BINS - 1), 1.0, 2.0)
    taper = np.hanning(WINDOW)
    itself = np.correlate(taper, taper, "full")[WINDOW - 1 :][_LAGS] / np.sum(taper**2)
    return (twice * np.cos(2.0 * np.pi * places * _LAGS / WINDOW) / itself).astype(np.float32)


_TAPER: Final = (np.hanning(WINDOW) / np.sqrt(WINDOW * np.sum(np.hanning(WINDOW) ** 2))).astype(
    np.float32
)
_TRIANGLES: Final = _triangles()
_LIKENESS: Final = _likeness()
_TWICE: Final = np.full(BINS, 2.0, np.float32)
