"""The network that hears speech and syllables: convolutions over time, in numpy.

Six layers look at 20 ms frames 1, 2, 4 … 32 apart: 1.3 s to each side. Two figures come out of a
frame: the log-odds of speech, and its syllables. Trained by `bench/analysis` on speakers of its
tuning half; the weights beside this file are ours and under the project's licence.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from recordings.analysis.pieces import Floats
from recordings.analysis.spectra import BANDS, Spectra

WIDTH: Final = 32
STEPS: Final = (1, 2, 4, 8, 16, 32)
INPUTS: Final = 2 * BANDS + 3
WEIGHTS: Final = Path(__file__).with_name("network.npz")
ECHO_DOUBLINGS: Final = (1, 2, 4, 8)
"""Frames: together the last 300 ms, in which an echo comes back."""

Weights = Mapping[str, Floats]


def hear(seen: Spectra, other: Spectra | None) -> tuple[Floats, Floats]:
    """Return of each frame the likelihood of speech, 0 to 1, and its syllables."""
    told = told_by(weights(), inputs(seen, other))
    likely = 0.5 + 0.5 * np.tanh(0.5 * told[:, 0])  # exp would overflow
    syllables = np.logaddexp(0.0, told[:, 1])
    return likely.astype(np.float32), syllables.astype(np.float32)


@cache
def weights() -> Weights:
    """Return the weights as they multiply from the right. Raises OSError where there are none."""
    with np.load(WEIGHTS) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files}


def inputs(seen: Spectra, other: Spectra | None) -> Floats:
    """Return what the network is told: (frames, INPUTS), each about -2 to 2.

    How much each band stands above the loudest of the other side in the last 300 ms tells speech
    from the other side's echo.
    """
    found = np.empty((len(seen.level), INPUTS), np.float32)
    found[:, :BANDS] = (seen.bands + 65.0) / 20.0
    if other is None:
        found[:, BANDS : 2 * BANDS] = 2.0
    else:
        above = (seen.bands - loudest_before(other.bands)) / 20.0 + 1.0
        found[:, BANDS : 2 * BANDS] = np.clip(above, -2.0, 2.0)
    found[:, 2 * BANDS] = (seen.level + 55.0) / 20.0
    found[:, 2 * BANDS + 1 :] = seen.shape
    return found


def loudest_before(levels: Floats) -> Floats:
    """Return of each frame the loudest of the last 300 ms and of the next frame, by column."""
    found = levels.copy()
    for shift in ECHO_DOUBLINGS:
        found[shift:] = np.maximum(found[shift:], found[:-shift])
    found[:-1] = np.maximum(found[:-1], levels[1:])
    return found


def told_by(known: Weights, x: Floats) -> Floats:
    """Return what comes out of the network: (frames, 2)."""
    for place, step in enumerate(STEPS):
        y = beside(x, step) @ known[f"w{place}"]
        y += known[f"b{place}"]
        np.maximum(y, 0.0, out=y)
        if place:
            y += x
        x = y
    return x @ known["w"] + known["b"]


def beside(x: Floats, step: int) -> Floats:
    """Return each frame with those `step` before and after it; zeros beyond the ends."""
    frames, width = x.shape
    found = np.zeros((frames, 3 * width), np.float32)
    found[:, width : 2 * width] = x
    found[step:, :width] = x[: max(0, frames - step)]
    found[: max(0, frames - step), 2 * width :] = x[step:]
    return found
