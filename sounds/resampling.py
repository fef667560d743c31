"""Resamples sound of any rate to 8 kHz, in blocks, so that it costs no memory.

Each sample is a windowed sinc over its neighbours, for any ratio of the two rates. Does no I/O.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from sounds.sound import TELEPHONE_RATE, Samples, Sound

AT_ONCE = 1 << 18
"""Products that are held at once, of samples and their neighbours: 1 MB for each array."""

_BLOCK = 1 << 16


def at_telephone_rate(sound: Sound) -> Sound:
    """Return the sound at 8 kHz."""
    if sound.rate == TELEPHONE_RATE:
        return sound
    begins = range(0, len(sound.samples), _BLOCK)
    blocks = (sound.samples[begin : begin + _BLOCK] for begin in begins)
    return Sound(joined(resampled(blocks, sound.rate)), TELEPHONE_RATE)


def joined(blocks: Iterable[Samples]) -> Samples:
    """Return the blocks as one array, which may be empty."""
    return np.concatenate([np.zeros(0, np.float32), *blocks])


def resampled(blocks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """Give blocks of samples at 8 kHz for blocks of samples at `rate`."""
    if rate == TELEPHONE_RATE:
        yield from blocks
        return
    turned = _Turned(rate)
    for block in blocks:
        yield from turned.feed(block)
    yield from turned.rest()


class _Turned:
    """What must be remembered from one block to the next."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._cut = min(1.0, TELEPHONE_RATE / rate) * 0.94  # of the lower Nyquist frequency
        self._reach = math.ceil(24 / self._cut)
        self._held = np.zeros(self._reach, np.float32)
        self._begins = -self._reach
        """The place in the sound of the first sample that is held."""
        self._taken = 0
        self._next = 0
        """The number of the next sample at 8 kHz."""

    def feed(self, block: Samples) -> Iterator[Samples]:
        self._taken += len(block)
        self._held = np.concatenate([self._held, block])
        yield from self._ready(self._begins + len(self._held) - self._reach - 1)

    def rest(self) -> Iterator[Samples]:
        self._held = np.concatenate([self._held, np.zeros(self._reach + 1, np.float32)])
        yield from self._ready(self._taken - 1)

    def _ready(self, last: int) -> Iterator[Samples]:
        """Give the samples whose centre is at `last` or before, and forget what is behind them."""
        until = (last + 1) * TELEPHONE_RATE // self._rate
        at_once = max(1, AT_ONCE // (2 * self._reach))
        for begin in range(self._next, until, at_once):
            yield self._at(np.arange(begin, min(begin + at_once, until), dtype=np.int64))
        self._next = max(self._next, until)
        behind = self._next * self._rate // TELEPHONE_RATE - self._reach - self._begins
        if behind > 0:
            self._held = self._held[behind:].copy()
            self._begins += behind

    def _at(self, numbers: NDArray[np.int64]) -> Samples:
        nearest, beside = np.divmod(numbers * self._rate, TELEPHONE_RATE)
        offsets = np.arange(-self._reach + 1, self._reach + 1)
        places = nearest[:, None] + offsets - self._begins
        ratios, which = np.unique(beside, return_inverse=True)  # most rates know a few only
        kernels = self._kernel(offsets[None, :] - ratios[:, None] / TELEPHONE_RATE)
        return np.asarray(np.einsum("ij,ij->i", self._held[places], kernels[which]), np.float32)

    def _kernel(self, distance: NDArray[np.float64]) -> Samples:
        window = 0.5 + 0.5 * np.cos(np.pi * distance / (self._reach + 1))
        return np.asarray(self._cut * np.sinc(self._cut * distance) * window, np.float32)
