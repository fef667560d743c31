"""Gathers the tuning set: the network's inputs and labels for thousands of windows of one half."""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.ear.features import inputs_of, labels_of
from bench.ear.packages import CACHE
from bench.ear.windows import SPEECH, Room, kinds, window

WEIGHTS = {
    "over prompt": 2,
    "anything": 4,
    "melody": 2,
    "echo": 5,
    "loud echo": 3,
    "breath": 3,
    "handset": 2,
}


@dataclass(frozen=True)
class Gathered:
    """inputs (windows, frames, INPUTS) as float16, labels (windows, frames), a kind a window."""

    inputs: NDArray[np.float16]
    labels: NDArray[np.int8]
    kinds: NDArray[np.str_]


def gathered(room: Room, tag: str, *, speech: int, dead: int, first: int = 0) -> Gathered:
    """`speech` windows of each kind of speech and `dead` of each other kind; cached on disk."""
    kept = CACHE / f"gathered-{tag}-{speech}-{dead}-{first}.npz"
    if not kept.exists():
        found = _build(room, speech, dead, first)
        np.savez(kept, inputs=found.inputs, labels=found.labels, kinds=found.kinds)
    with np.load(kept) as archive:
        return Gathered(archive["inputs"], archive["labels"], archive["kinds"])


def _build(room: Room, speech: int, dead: int, first: int) -> Gathered:
    inputs, labels, names = [], [], []
    for kind in kinds(room):
        count = (speech if kind in SPEECH else dead) * WEIGHTS.get(kind, 1)
        print(f"{kind}: {count}", file=sys.stderr, flush=True)
        for index in range(first, first + count):
            one = window(room, kind, index)
            inputs.append(inputs_of(one).astype(np.float16))
            labels.append(labels_of(one))
            names.append(kind)
    return Gathered(np.stack(inputs), np.stack(labels), np.array(names))
