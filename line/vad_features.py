"""What the network is told about 20 ms of a line: bands, pitch, tone, and our own prompt's bands.

Works on many lines at once. Does no I/O. Samples are -1..1 at 8 kHz.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FRAME: Final = 160  # samples of 20 ms
FRAME_BYTES: Final = 2 * FRAME  # signed 16 bit little endian
WINDOW: Final = 400  # 50 ms: long enough to tell the pitch of a deep voice
FFT: Final = 512
TAIL: Final = WINDOW - FRAME
BANDS: Final = 40
SHAPES: Final = 4
INPUTS: Final = 3 * BANDS + SHAPES + 1
ECHO_FRAMES: Final = 15  # an echo of our own prompt comes back within 300 ms
NO_PROMPT_DB: Final = -200.0
AT_ONCE: Final = 64  # lines whose spectra are taken at once
_FULL_SCALE: Final = np.float32(1.0 / 32768.0)
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


_TAPER: Final = np.hanning(WINDOW)
_TAPER_POWER: Final = float(np.sum(_TAPER**2))
_TRIANGLES: Final = _bands()
_LIKENESS: Final = _likeness()
_TWICE: Final = np.full(FFT // 2 + 1, 2.0, np.float32)
_TWICE[0] = _TWICE[-1] = 1.0


def samples(frames: list[bytes]) -> Floats:
    """(lines, FRAME) of -1..1."""
    return np.frombuffer(b"".join(frames), "<i2").reshape(-1, FRAME) * _FULL_SCALE


def powers(samples: Floats) -> list[float]:
    """The mean square of each line's frame."""
    return list((np.vecdot(samples, samples) / samples.shape[1]).tolist())


class Spectrograph:
    """Takes spectra in arrays that it keeps; one thread at a time.

    Arrays of this size, made anew at every tick, would be taken from the kernel and given back.
    """

    def __init__(self) -> None:
        # float64: its FFT is twice as fast as that of float32; beyond WINDOW it stays zero
        self._tapered = np.zeros((AT_ONCE, FFT))
        self._bins = np.empty((AT_ONCE, FFT // 2 + 1), np.complex128)
        self._silence = self._seen(np.zeros((1, WINDOW), np.float32))

    def see(self, windows: Floats) -> tuple[Floats, Floats]:
        """Bands (lines, bands) and shapes (lines, SHAPES) of (lines, WINDOW).

        Digital silence always looks the same and is not looked at again.
        """
        (sounding,) = np.nonzero(np.vecdot(windows, windows))
        if len(sounding) == len(windows):
            return self._seen(windows)
        bands, shape = (np.repeat(silent, len(windows), axis=0) for silent in self._silence)
        if len(sounding):
            bands[sounding], shape[sounding] = self._seen(windows[sounding])
        return bands, shape

    def _seen(self, windows: Floats) -> tuple[Floats, Floats]:
        power, bands = self.spectrum(windows)
        return bands, shapes(power)

    def spectrum(self, windows: Floats) -> tuple[Floats, Floats]:
        """Power spectra (lines, bins) and their bands in dBFS (lines, bands) of (lines, WINDOW)."""
        starts = range(0, len(windows), AT_ONCE)
        found = [self._take(windows[start : start + AT_ONCE]) for start in starts]
        power = found[0] if len(found) == 1 else np.concatenate(found)
        bands = power @ _TRIANGLES
        bands *= np.float32(2.0 / (FFT * _TAPER_POWER))
        bands += np.float32(1e-11)
        np.log10(bands, out=bands)
        bands *= 10.0
        return power, bands

    def _take(self, windows: Floats) -> Floats:
        tapered, bins = self._tapered[: len(windows)], self._bins[: len(windows)]
        np.multiply(windows, _TAPER, out=tapered[:, :WINDOW])
        np.fft.rfft(tapered, out=bins)
        parts = bins.view(np.float64)
        parts *= parts
        return (parts[:, ::2] + parts[:, 1::2]).astype(np.float32)


def shapes(power: Floats) -> Floats:
    """Level, periodicity, its lag and tonality of power spectra: (lines, SHAPES), about -1..1."""
    found = np.empty((len(power), SHAPES), np.float32)
    total = power @ _TWICE + np.float32(1e-9)
    likeness = power @ _LIKENESS
    lag = likeness.argmax(axis=1)
    found[:, 0] = np.log10(total) / 4.0
    found[:, 1] = likeness.max(axis=1) / total
    found[:, 2] = lag / 60.0 - 1.0
    found[:, 3] = 4.0 * power[:, 1:].max(axis=1) / total
    return found


def inputs(bands: Floats, before: Floats, prompt: Floats, shape: Floats, gate: Floats) -> Floats:
    """The network's inputs (lines, INPUTS).

    `bands` and `before` are this frame's and the last one's bands, `prompt` the loudest bands of
    our prompt in the last 300 ms (`NO_PROMPT_DB` when we are silent), `gate` webrtcvad's answers.
    """
    found = np.empty((len(bands), INPUTS), np.float32)
    np.add(bands, 65.0, out=found[:, :BANDS])
    np.add(before, 65.0, out=found[:, BANDS : 2 * BANDS])
    over_prompt = found[:, 2 * BANDS : 3 * BANDS]
    np.subtract(bands, prompt, out=over_prompt)
    found[:, : 3 * BANDS] /= 20.0
    over_prompt += 1.0
    np.maximum(over_prompt, -2.0, out=over_prompt)
    np.minimum(over_prompt, 2.0, out=over_prompt)
    found[:, 3 * BANDS : -1] = shape
    found[:, -1] = gate
    return found


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
