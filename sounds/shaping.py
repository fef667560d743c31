"""Makes any voice fit a telephone line: rate, band, edges and level. Does no I/O.

- The edges hold at most 20 ms of silence: the pauses of SIL-1 are what the caller hears.
- Speech is brought to -20 dBFS, measured over the frames in which there is speech.
- No sample is above -3 dBFS; louder moments are turned down smoothly, never cut.
- Only 180-3,400 Hz remain, what a telephone carries (ITU-T G.712).
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sounds.resampling import at_telephone_rate
from sounds.sound import TELEPHONE_RATE, Samples, Sound

SPEECH_LEVEL = -20.0
"""dBFS, over the frames with speech."""
PEAK = -3.0
"""dBFS, of the loudest sample; the filters keep a little below it."""
EDGE_MS = 20
"""Longest silence at either edge, in ms."""
LOW_CUT, HIGH_CUT = 180.0, 3400.0

_FRAME = TELEPHONE_RATE // 200  # 5 ms: edges are found this exactly
_SILENCE_BELOW_LOUDEST = 35.0
"""dB below the loudest frame: less is silence at the edges (breath, hiss, a filter's tail)."""


class NothingHeard(ValueError):
    """The sound holds no speech that could be brought to a level."""


def shaped(sound: Sound) -> Sound:
    """Return the sound as callers shall hear it, at 8 kHz. Raises `NothingHeard` for silence."""
    if not len(sound.samples) or not np.isfinite(sound.samples).all():
        raise NothingHeard("there are no samples in it")
    band = _in_band(at_telephone_rate(sound).samples)
    trimmed = without_silent_edges(band)
    level = speech_level(trimmed)
    if not math.isfinite(level) or level < -70:
        raise NothingHeard("it is silent")
    louder = trimmed * np.float32(10 ** ((SPEECH_LEVEL - level) / 20))
    return Sound(without_silent_edges(_limited(louder)), TELEPHONE_RATE)


def speech_level(samples: Samples) -> float:
    """Return the level in dBFS over the 20 ms frames with speech; -inf for silence."""
    frames = _frame_powers(samples, TELEPHONE_RATE // 50)
    loudest = float(frames.max(initial=0.0))
    if loudest <= 0:
        return -math.inf
    active = frames[frames > loudest * 10 ** (-25 / 10)]
    return 10 * math.log10(float(active.mean()))


def edge_silence_ms(samples: Samples) -> tuple[float, float]:
    """Return how many ms of silence stand before and after what can be heard (8 kHz)."""
    first, last = _audible(samples)
    return first * 1000 / TELEPHONE_RATE, (len(samples) - last) * 1000 / TELEPHONE_RATE


def without_silent_edges(samples: Samples) -> Samples:
    """Cut the edges down to 20 ms of silence or less, faded so that nothing clicks."""
    cut = _cut(samples)
    while max(edge_silence_ms(cut)) > EDGE_MS:  # the fade can silence a faint last sound
        cut = _cut(cut)
    return cut


def _cut(samples: Samples) -> Samples:
    keep = EDGE_MS // 2 * TELEPHONE_RATE // 1000
    first, last = _audible(samples)
    cut = samples[max(0, first - keep) : last + keep].copy()
    ramp = np.linspace(0, 1, min(keep, len(cut) // 2), dtype=np.float32)
    if len(ramp):
        cut[: len(ramp)] *= ramp
        cut[-len(ramp) :] *= ramp[::-1]
    return cut


def _audible(samples: Samples) -> tuple[int, int]:
    """Return the first sample that can be heard and the one after the last."""
    powers = _frame_powers(samples, _FRAME)
    if not len(powers) or not powers.max() > 0:
        return 0, len(samples)
    heard = np.flatnonzero(powers > powers.max() * 10 ** (-_SILENCE_BELOW_LOUDEST / 10))
    return int(heard[0]) * _FRAME, min(len(samples), (int(heard[-1]) + 1) * _FRAME)


def _frame_powers(samples: Samples, size: int) -> Samples:
    whole = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    return np.asarray(np.square(whole).mean(axis=1), np.float32)


def _in_band(samples: Samples) -> Samples:
    taps = np.arange(-160, 161)
    window = np.hanning(len(taps))

    def low_pass(frequency: float) -> Samples:
        ratio = 2 * frequency / TELEPHONE_RATE
        kernel = ratio * np.sinc(ratio * taps) * window
        return np.asarray(kernel / kernel.sum(), np.float32)

    kernel = low_pass(HIGH_CUT) - low_pass(LOW_CUT)
    padded = np.pad(samples, len(taps) // 2)
    return np.asarray(np.convolve(padded, kernel, "valid"), np.float32)


def _limited(samples: Samples) -> Samples:
    """Turn loud moments down with a gain that bends over 10 ms: no clipping, no clicks."""
    ceiling = 10 ** ((PEAK - 0.1) / 20)
    half = TELEPHONE_RATE // 200
    gain = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    lowest = sliding_window_view(np.pad(gain, 2 * half, constant_values=1.0), 2 * half + 1)
    held = lowest.min(axis=1)
    window = np.hanning(2 * half + 3)[1:-1]
    smooth = np.convolve(held, window / window.sum(), "valid")
    return np.asarray(samples * smooth, np.float32)
