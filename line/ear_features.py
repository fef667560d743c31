"""What the network is told about 20 ms of a line: bands, pitch, tone, and our own prompt's bands.

Works on many lines at once. Does no I/O. Samples are -1..1 at 8 kHz.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FRAME: Final = 160  # samples of 20 ms
WINDOW: Final = 400  # 50 ms: long enough to tell the pitch of a deep voice
FFT: Final = 512
TAIL: Final = WINDOW - FRAME
BANDS: Final = 40
SHAPES: Final = 4
INPUTS: Final = 3 * BANDS + SHAPES + 1
ECHO_FRAMES: Final = 15  # an echo of our own prompt comes back within 300 ms
NO_PROMPT_DB: Final = -200.0
_LAGS: Final = slice(20, 140)  # 57 to 400 Hz


def _mel(hz: float) -> float:
    return 1127.0 * math.log1p(hz / 700.0)


def _bands() -> Floats:
    """Triangles from 60 to 3800 Hz, evenly wide to the ear: (bins, bands)."""
    edges = np.linspace(_mel(60.0), _mel(3800.0), BANDS + 2)
    hz = 700.0 * np.expm1(edges / 1127.0)
    bins = np.arange(FFT // 2 + 1)[:, None] * 8000.0 / FFT
    rise = (bins - hz[:-2]) / (hz[1:-1] - hz[:-2])
    fall = (hz[2:] - bins) / (hz[2:] - hz[1:-1])
    return np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)


def _likeness() -> Floats:
    """Takes a power spectrum to the autocorrelation at `_LAGS`, the taper's own taken out."""
    lags = np.arange(FFT)[_LAGS]
    bins = np.arange(FFT // 2 + 1)[:, None]
    twice = np.where((bins == 0) | (bins == FFT // 2), 1.0, 2.0)
    itself = np.fft.irfft(np.abs(np.fft.rfft(_TAPER, 2 * FFT)) ** 2)[_LAGS] / _TAPER_POWER
    return (twice * np.cos(2.0 * np.pi * bins * lags / FFT) / itself).astype(np.float32)


_TAPER: Final = np.hanning(WINDOW)  # float64: its FFT is twice as fast as that of float32
_TAPER_POWER: Final = float(np.sum(_TAPER**2))
_TRIANGLES: Final = _bands()
_LIKENESS: Final = _likeness()
_TWICE: Final = np.full(FFT // 2 + 1, 2.0, np.float32)
_TWICE[0] = _TWICE[-1] = 1.0


def spectrum(windows: Floats) -> tuple[Floats, Floats]:
    """The power spectrum (lines, bins) and its bands in dBFS (lines, bands) of (lines, WINDOW)."""
    bins = np.fft.rfft(windows * _TAPER, FFT)
    power = (np.square(bins.real) + np.square(bins.imag)).astype(np.float32)
    in_bands = (power @ _TRIANGLES) * np.float32(2.0 / (FFT * _TAPER_POWER))
    return power, 10.0 * np.log10(in_bands + np.float32(1e-11))


def shapes(power: Floats) -> Floats:
    """Level, periodicity, its lag and tonality of power spectra: (lines, SHAPES), about -1..1."""
    total = power @ _TWICE + np.float32(1e-9)
    periodic = (power @ _LIKENESS) / total[:, None]
    lag = np.argmax(periodic, axis=1).astype(np.float32)
    level = np.log10(total) / 4.0
    peak = power[:, 1:].max(axis=1) / total
    return np.stack([level, periodic.max(axis=1), lag / 60.0 - 1.0, 4.0 * peak], axis=1)


def inputs(bands: Floats, before: Floats, prompt: Floats, shape: Floats, gate: Floats) -> Floats:
    """The network's inputs (lines, INPUTS).

    `bands` and `before` are this frame's and the last one's bands, `prompt` the loudest bands of
    our prompt in the last 300 ms (`NO_PROMPT_DB` when we are silent), `gate` webrtcvad's answers.
    """
    over_prompt = np.clip((bands - prompt) / 20.0 + 1.0, -2.0, 2.0)
    now, then = (bands + 65.0) / 20.0, (before + 65.0) / 20.0
    return np.concatenate([now, then, over_prompt, shape, gate[:, None]], axis=1)


def nothing_heard(memory: int) -> Floats:
    """What is kept of a line between two frames, before the first: samples, bands, memory."""
    start = np.zeros(TAIL + BANDS + memory, np.float32)
    start[TAIL : TAIL + BANDS] = -110.0
    return start


def with_new(kept_before: Floats, frames: Floats) -> tuple[Floats, Floats, Floats]:
    """(windows, last bands, memories) of lines from what was kept of them and their new frames."""
    windows = np.concatenate([kept_before[:, :TAIL], frames], axis=1)
    return windows, kept_before[:, TAIL : TAIL + BANDS], kept_before[:, TAIL + BANDS :]


def kept(windows: Floats, bands: Floats, memory: Floats) -> Floats:
    """What to keep of lines for their next frame: (lines, …)."""
    return np.concatenate([windows[:, FRAME:], bands, memory], axis=1)
