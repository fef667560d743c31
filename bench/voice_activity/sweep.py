"""Scores many gathered windows with the network and tries decision rules on them, while tuning."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.voice_activity.gather import Gathered
from bench.voice_activity.windows import SPEECH
from line.vad_features import Floats
from line.vad_network import MEMORY, Network


def scored(data: Gathered, weights: Path) -> Floats:
    """Log-odds of a voice (windows, frames)."""
    network = Network.load(weights)
    memory = np.zeros((len(data.inputs), MEMORY), np.float32)
    found = []
    for frame in range(data.inputs.shape[1]):
        score, memory = network.step(data.inputs[:, frame].astype(np.float32), memory)
        found.append(score)
    return np.stack(found, axis=1)


def smoothed(scores: Floats, across: int) -> Floats:
    """The mean of the last `across` scores; frames before that count as -8."""
    lead = np.full((len(scores), across - 1), -8.0, np.float32)
    padded = np.concatenate([lead, scores], axis=1)
    shifted = [padded[:, i : i + scores.shape[1]] for i in range(across)]
    return np.asarray(np.mean(shifted, axis=0), np.float32)


def table(data: Gathered, smooth: Floats, thresholds: tuple[float, ...]) -> str:
    """Per kind and threshold: speech missed, or nothing taken for speech, in %."""
    lines = [f"{'kind':22}" + "".join(f"{t:9.1f}" for t in thresholds) + "   (late p95 ms)"]
    for kind in sorted(set(data.kinds), key=lambda k: (k not in SPEECH, k)):
        rows = data.kinds == kind
        cells = [_cell(smooth[rows], data.labels[rows], t, kind in SPEECH) for t in thresholds]
        lines.append(f"{kind:22}" + "".join(cells))
    return "\n".join(lines)


def _cell(smooth: Floats, labels: NDArray[np.int8], threshold: float, speech: bool) -> str:
    over = smooth >= threshold
    if not speech:
        return f"{100 * over.any(axis=1).mean():9.2f}"
    onset = np.argmax(labels == 1, axis=1)
    after = over & (np.arange(over.shape[1])[None] >= onset[:, None])
    heard = after.any(axis=1)
    late = (np.argmax(after, axis=1) - onset + 1)[heard] * 20
    return f"{100 * (1 - heard.mean()):5.2f}/{np.percentile(late, 95):3.0f}"
