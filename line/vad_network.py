"""The neural network of voice activity detection: dense, gated memory, one score; in numpy.

Trained by `bench/voice_activity` on the project's own rebuilt set; the weights beside this file are
ours and under the project's licence. Does no I/O after loading.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from line.vad_features import INPUTS, Floats

MEMORY: Final = 64  # floats kept for a line
WEIGHTS: Final = Path(__file__).with_name("vad_network.npz")


@dataclass(frozen=True, slots=True)
class Network:
    """Weights, as they multiply from the right: (inputs, outputs)."""

    dense: Floats
    dense_bias: Floats
    into: Floats
    into_bias: Floats
    again: Floats
    again_bias: Floats
    score: Floats
    score_bias: Floats

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "Network":
        """Reads the weights; raises OSError, KeyError or ValueError when the file is not whole."""
        with np.load(path) as archive:
            found = cls(**{name: archive[name] for name in cls.__slots__})
        if found.again.shape != (MEMORY, 3 * MEMORY) or len(found.dense) != INPUTS:
            raise ValueError("weights of another shape")
        return found

    def step(self, inputs: Floats, memory: Floats) -> tuple[Floats, Floats]:
        """Scores (lines,) as log-odds of a voice, and the memories (lines, memory) to keep."""
        x = inputs @ self.dense
        x += self.dense_bias
        np.maximum(x, 0.0, out=x)
        new = x @ self.into
        new += self.into_bias
        old = memory @ self.again
        old += self.again_bias
        size = MEMORY
        gates = _sigmoid(new[:, : 2 * size] + old[:, : 2 * size])
        reset, keep = gates[:, :size], gates[:, size:]
        proposal = old[:, 2 * size :]
        proposal *= reset
        proposal += new[:, 2 * size :]
        np.tanh(proposal, out=proposal)
        memory = memory - proposal
        memory *= keep
        memory += proposal
        return memory @ self.score + self.score_bias, memory


def _sigmoid(x: Floats) -> Floats:
    """In place."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1.0
    return np.reciprocal(x, out=x)
