"""Takes our own prompt out of what a line heard, for who hears it afterwards. Does no I/O.

All of it is there, so nothing adapts: the delay at which the prompt comes back is found once, and
the 48 ms of echo path around it by least squares over the whole passage. What a caller said is not
like our prompt and stays.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

LATEST: Final = 3200
"""Samples after which an echo is looked for: 400 ms."""
TAPS: Final = 384
"""Samples of the echo path: 48 ms."""
_LEAD: Final = 64
"""Samples of it before the strongest."""
_LOADING: Final = 1e-3

Floats = NDArray[np.float32]


def without_echo(heard: Floats, prompt: Floats) -> Floats:
    """Return what was heard less what of our prompt came back; both of one length, 8 kHz."""
    if not len(heard) or not prompt.any():
        return heard
    size = 1 << int(len(heard) + LATEST).bit_length()
    ours = np.fft.rfft(prompt, size)
    cross = np.fft.irfft(np.conj(ours) * np.fft.rfft(heard, size), size)
    like = np.fft.irfft(np.abs(ours) ** 2, size)[:TAPS]
    whitened = np.fft.irfft(np.conj(ours) * np.fft.rfft(heard, size) / (np.abs(ours) + 1e-3), size)
    first = max(int(np.argmax(np.abs(whitened[:LATEST]))) - _LEAD, 0)
    lags = np.abs(np.subtract.outer(np.arange(TAPS), np.arange(TAPS)))
    table = like[lags] + np.eye(TAPS) * like[0] * _LOADING
    path = np.linalg.solve(table, cross[first : first + TAPS])
    at = np.zeros(first + TAPS)
    at[first:] = path
    back = np.fft.irfft(ours * np.fft.rfft(at, size), size)[: len(heard)]
    return (heard - back).astype(np.float32)
