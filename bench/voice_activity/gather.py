"""Gathers the tuning set: the network's inputs and labels for thousands of windows of one half.

The recipe has two helpings: most of the speakers, with the others held back at first to judge the
network by; then those others, with more of what it still found hard.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.voice_activity.features import inputs_of, labels_of
from bench.voice_activity.packages import CACHE
from bench.voice_activity.windows import SPEECH, Room, kinds, window

TUNE = Room("tune")
_HELD_VOICES = ("letters-uk", "letters-tn", "potato-wa", "potato-nn", "prompts-es", "stamps-be")
_HELD_SOUNDS = ("real effects", "real things", "real alerts")
HELD_BACK = frozenset({*_HELD_VOICES, *_HELD_SOUNDS, "fish-cs-female", "mahjongg-male1"})


@dataclass(frozen=True)
class Gathered:
    """inputs (windows, frames, INPUTS) as float16, labels (windows, frames), a kind a window."""

    inputs: NDArray[np.float16]
    labels: NDArray[np.int8]
    kinds: NDArray[np.str_]


@dataclass(frozen=True)
class Helping:
    """`speech` windows of each kind of speech, `dead` of each other; `times` more of some."""

    tag: str
    speech: int
    dead: int
    first: int
    times: Mapping[str, int] = field(default_factory=dict)

    def room(self) -> Room:
        """Who is heard in it."""
        if self.tag == "part":
            return Room("tune", without=HELD_BACK)
        everybody = frozenset({*TUNE.voices(), *TUNE.noises()})
        return Room("tune", without=everybody - HELD_BACK)


_FIRST = {"over prompt": 2, "anything": 4, "melody": 0, "echo": 5, "loud echo": 3}
_FIRST |= {"breath": 3, "handset": 2}
_EXTRA = {"noisy": 2, "over prompt": 2, "quiet": 2, "melody": 4, "anything": 2, "echo": 2}
_EXTRA |= {"real alerts": 5, "real effects": 2, "real things": 2}
CHECK = Helping("check", 150, 60, 1_000_000, _FIRST)
RECIPE = (
    Helping("part", 1000, 250, 0, _FIRST),
    Helping("extra", 350, 60, 2_000_000, _EXTRA),
)


def tuning_set() -> Gathered:
    """All helpings of the recipe."""
    found = [gathered(helping) for helping in RECIPE]
    return Gathered(
        np.concatenate([g.inputs for g in found]),
        np.concatenate([g.labels for g in found]),
        np.concatenate([g.kinds for g in found]),
    )


def gathered(helping: Helping) -> Gathered:
    """One helping; cached on disk."""
    name = f"gathered-{helping.tag}-{helping.speech}-{helping.dead}-{helping.first}.npz"
    kept = CACHE / name
    if not kept.exists():
        found = _build(helping)
        np.savez(kept, inputs=found.inputs, labels=found.labels, kinds=found.kinds)
    with np.load(kept) as archive:
        return Gathered(archive["inputs"], archive["labels"], archive["kinds"])


def _build(helping: Helping) -> Gathered:
    inputs, labels, names = [], [], []
    room = helping.room()
    for kind in kinds(room):
        count = helping.speech if kind in SPEECH else helping.dead
        count *= helping.times.get(kind, 1)
        print(f"{helping.tag}: {kind}: {count}", file=sys.stderr, flush=True)
        for index in range(helping.first, helping.first + count):
            one = window(room, kind, index)
            inputs.append(inputs_of(one).astype(np.float16))
            labels.append(labels_of(one))
            names.append(kind)
    return Gathered(np.stack(inputs), np.stack(labels), np.array(names))
