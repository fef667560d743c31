"""When two opinions together say that there was a voice on a line (SIL-1). Does no I/O.

Whoever is taken for a voice stays on a call on which perhaps nobody is; who is not is hung up on:
the rule leans towards the voice. Its figures are from the tuning half (docs/voice-activity.md).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOUD: Final = 0.06
"""What the loudest frames are brought to before the second opinion hears them again."""
ACROSS_CHUNKS: Final = 4
"""Chunks of 32 ms whose mean must be above: about one short syllable."""
ACROSS_FRAMES: Final = 6
"""Frames of 20 ms of the first opinion: the same stretch."""
SURE: Final = 0.4
"""The second opinion's mean that is a voice …"""
NOT_AGAINST: Final = -6.0
"""… unless the first one spoke against it: log-odds; a live voice begins at -1."""
LIKELY: Final = 0.2
"""The mean that is one where the first opinion all but heard it too …"""
ALMOST: Final = -2.0
"""… a little below what begins a voice on a live line."""

Floats = NDArray[np.float32]


def a_voice(probabilities: Floats, scores: Sequence[float]) -> bool:
    """Tell whether a voice is in a passage.

    `probabilities`: rows of one figure per 32 ms (as heard; made louder), the surer row counts.
    `scores`: log-odds of the first opinion per 20 ms, not a number where there is none.
    """
    if probabilities.shape[1] < ACROSS_CHUNKS or len(scores) < ACROSS_FRAMES:
        return False
    rows = [_mean(row, ACROSS_CHUNKS) for row in probabilities]
    second = np.max(rows, axis=0)
    first = _mean(np.nan_to_num(np.array(scores), nan=0.0), ACROSS_FRAMES)
    beside = first[np.minimum(np.arange(len(second)) * 32 // 20, len(first) - 1)]
    sure = (second > SURE) & (beside > NOT_AGAINST)
    return bool((sure | ((second > LIKELY) & (beside > ALMOST))).any())


def _mean(of: NDArray[np.floating], across: int) -> NDArray[np.float64]:
    total = np.cumsum(np.concatenate([np.zeros(1), of]), dtype=np.float64)
    return np.asarray((total[across:] - total[:-across]) / across)
