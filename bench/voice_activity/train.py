"""Trains the ear's network on the tuning half and writes its weights.

Needs `torch`, which is not among what the project runs on: make a virtual environment of its own
from requirements/vad.in. The same seed, machine and torch give the same weights.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found,unused-ignore]
from numpy.typing import NDArray
from torch import nn  # type: ignore[import-not-found,unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found]

from bench.voice_activity.features import EITHER, NOTHING, VOICE
from bench.voice_activity.gather import Gathered
from line.vad_features import INPUTS

HIDDEN = 64
MEMORY = 64
BATCH = 128
CROP = 128  # frames heard at a time: 2.6 s
ACROSS = 4  # the decision looks at the mean of the last four scores
PAUSE = 25  # frames: shorter pauses are neither voice nor nothing
IN_TIME = 14  # frames after the onset within which a voice should be decided
Parts = dict[str, Any]


def train(data: Gathered, weights: Path, *, epochs: int, seed: int = 1) -> None:
    """Fits the network and writes `weights` (.npz)."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    parts = _parts(data)
    steps = epochs * (len(data.inputs) // BATCH)
    optimiser = torch.optim.AdamW(_weights_of(parts), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for epoch in range(epochs):
        losses = []
        order = rng.permutation(len(data.inputs))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = np.sort(order[start : start + BATCH])
            loss = _loss(parts, data, chosen, _crop(rng, data.inputs.shape[1]))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(_weights_of(parts), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {np.mean(losses):.4f}", file=sys.stderr, flush=True)
        _write(parts, weights)


def _parts(data: Gathered) -> Parts:
    sample = data.inputs[::50].reshape(-1, INPUTS).astype(np.float32)
    return {
        "mean": torch.tensor(sample.mean(axis=0)),
        "scale": torch.tensor(1.0 / (sample.std(axis=0) + 0.1)),
        "dense": nn.Linear(INPUTS, HIDDEN),
        "memory": nn.GRU(HIDDEN, MEMORY, campaign_first=True),
        "score": nn.Linear(MEMORY, 1),
    }


def _weights_of(parts: Parts) -> list[Any]:
    return [w for name in ("dense", "memory", "score") for w in parts[name].parameters()]


def scores(parts: Parts, inputs: Any) -> Any:
    """Logits (windows, frames)."""
    x = torch.relu(parts["dense"]((inputs - parts["mean"]) * parts["scale"]))
    return parts["score"](parts["memory"](x)[0])[:, :, 0]


def _crop(rng: np.random.Generator, frames: int) -> slice:
    """Every other time from the start of the line, else from anywhere."""
    start = int(rng.integers(0, frames - CROP + 1)) if rng.random() < 0.5 else 0
    return slice(start, start + CROP)


def settled(labels: NDArray[np.int8]) -> NDArray[np.int8]:
    """Calls a pause nothing once it has lasted half a second."""
    frame = np.arange(labels.shape[1])[None]
    last = np.maximum.accumulate(np.where(labels == VOICE, frame, -PAUSE), axis=1)
    return np.where((labels == EITHER) & (frame - last > PAUSE), NOTHING, labels).astype(np.int8)


def _loss(parts: Parts, data: Gathered, chosen: NDArray[np.int64], crop: slice) -> Any:
    inputs = torch.tensor(data.inputs[chosen, crop].astype(np.float32))
    labels = torch.tensor(settled(data.labels[chosen])[:, crop].astype(np.int64))
    logits = scores(parts, inputs)
    known = (labels >= 0).float()
    by_frame = functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0).float(), weight=known, reduction="sum"
    )
    return by_frame / known.sum() + 0.5 * _decisions(logits, labels)


def _decisions(logits: Any, labels: Any) -> Any:
    """Each window as the caller lives it: decided soon after the onset, and never before it."""
    smooth = functional.avg_pool1d(logits[:, None], ACROSS, stride=1)[:, 0]
    frame = torch.arange(smooth.shape[1])[None] + ACROSS - 1
    voiced = labels == 1
    spoken = voiced.any(dim=1)
    onset = torch.where(spoken, voiced.int().argmax(dim=1), labels.shape[1])[:, None]
    never = torch.tensor(-30.0)
    before = torch.where(frame < onset, smooth, never).amax(dim=1)
    soon = torch.where((frame >= onset) & (frame < onset + IN_TIME), smooth, never).amax(dim=1)
    # hard at both ends: one burst is a false voice, one miss a caller who is hung up on
    return (functional.softplus(before) + spoken * functional.softplus(-soon)).mean()


def _write(parts: Parts, path: Path) -> None:
    """Weights as float32, the inputs' scaling folded into the first layer."""
    dense, memory, score = parts["dense"], parts["memory"], parts["score"]
    scaled = dense.weight * parts["scale"]
    arrays = {
        "dense": scaled.T,
        "dense_bias": dense.bias - scaled @ parts["mean"],
        "into": memory.weight_ih_l0.T,
        "into_bias": memory.bias_ih_l0,
        "again": memory.weight_hh_l0.T,
        "again_bias": memory.bias_hh_l0,
        "score": score.weight[0],
        "score_bias": score.bias,
    }
    np.savez(path, **{k: v.detach().numpy().astype(np.float32) for k, v in arrays.items()})
