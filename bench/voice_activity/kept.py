"""Keeps built windows on disk, as 16 bit audio: building them takes longer than hearing them."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.voice_activity.packages import CACHE
from bench.voice_activity.types import Audio
from bench.voice_activity.windows import Room, Window, window

Samples = NDArray[np.int16]


def windows_of(room: Room, kind: str, first: int, count: int) -> list[Window]:
    """`count` windows of a kind, from the `first`; `clean` is not kept."""
    name = f"{kind.replace(' ', '_')}-{first}-{count}.npz"
    kept = CACHE / "windows" / f"{room.half}-{_edition(room.packages)}" / name
    if room.without or not kept.exists():
        built = [window(room, kind, index) for index in range(first, first + count)]
        if room.without:
            return built
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part.npz")
        np.savez(part, heard=_heard(built), prompt=_prompts(built), numbers=_numbers(built))
        part.rename(kept)
    with np.load(kept) as archive:
        return _windows(kind, {name: archive[name] for name in archive.files})


@cache
def _edition(packages: frozenset[str] | None) -> str:
    """Changes with the packages and with the code that builds the windows."""
    digest = hashlib.sha256(repr(sorted(packages or {"all"})).encode())
    for part in ("catalogue", "made", "shelf", "telephone", "windows"):
        digest.update(Path(__file__).with_name(f"{part}.py").read_bytes())
    return digest.hexdigest()[:8]


def pcm(samples: Audio) -> Samples:
    """As 16 bit."""
    return np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)


def _heard(built: list[Window]) -> Samples:
    return np.stack([pcm(w.heard) for w in built])


def _prompts(built: list[Window]) -> Samples:
    """Empty where our side is silent."""
    prompts = [pcm(w.prompt) for w in built if w.prompt is not None]
    return np.stack(prompts) if prompts else np.zeros(0, np.int16)


def _numbers(built: list[Window]) -> NDArray[np.float64]:
    nan = float("nan")
    return np.array(
        [[nan if x is None else x for x in (w.onset_s, w.end_s, w.level_dbfs)] for w in built]
    )


def _windows(kind: str, arrays: dict[str, NDArray[np.generic]]) -> list[Window]:
    full = np.float32(32768)
    heard = arrays["heard"].astype(np.float32) / full
    prompts = arrays["prompt"].astype(np.float32) / full if arrays["prompt"].size else None
    found = []
    for i, numbers in enumerate(arrays["numbers"].astype(np.float64)):
        onset, end, level = (None if np.isnan(x) else float(x) for x in numbers)
        prompt = None if prompts is None else prompts[i]
        found.append(Window(kind, heard[i], prompt, onset, end, level))
    return found
