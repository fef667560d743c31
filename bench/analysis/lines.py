"""What lines add to a call: noise, the other side's echo and crosstalk, breath, keys, codecs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.voice_activity import made
from bench.voice_activity.catalogue import Half
from bench.voice_activity.kept import pcm
from bench.voice_activity.shelf import noises
from bench.voice_activity.telephone import RATE, at_level, at_power, echo, g711
from bench.voice_activity.types import Audio, Random

ECHO_DB: Final = 30.0
"""How far the other side's echo and crosstalk lie below it."""
AWAY_DB: Final = 18.0
"""How far noise stays below speech, at least."""
DISTURBANCES: Final[dict[str, made.Maker]] = {
    "breath": made.breath,
    "handset": made.handset,
    "clicks": made.clicks,
    "typing": made.typing,
}
NEVER_TUNED: Final = "typing"
TONES: Final[dict[str, made.Maker]] = {
    "dtmf": made.dtmf,
    "busy": made.busy,
    "ring-back": made.ring_back,
}
_PLAIN: Final[tuple[Callable[[Random, int], Audio], ...]] = (made.white, made.comfort, made.hum)


@dataclass(frozen=True)
class Line:
    """One side's line."""

    level_db: float
    """Active level of its speech."""
    noise_db: float | None
    """None: nothing at all while nobody speaks."""
    crosstalk: str
    """How the other side is heard in it: `none`, `echo` (later) or `crosstalk` (at once)."""
    disturbance: str
    """A key of `DISTURBANCES`, or `real` (a sound of the half), or empty."""
    tones: str
    """A key of `TONES`, or empty."""


def line_of(rng: Random, half: Half) -> Line:
    """Return a line by chance."""
    level = rng.uniform(-32.0, -16.0)
    noise = min(rng.uniform(-72.0, -46.0), level - AWAY_DB)
    disturbances = ["breath", "breath", "handset", "clicks", "real"]
    disturbances.append("real" if half == "tune" else NEVER_TUNED)
    return Line(
        level,
        None if rng.random() < 0.12 else noise,
        str(rng.choice(["none", "echo", "crosstalk"])),
        str(rng.choice(disturbances)) if rng.random() < 0.5 else "",
        str(rng.choice(list(TONES))) if rng.random() < 0.25 else "",
    )


def heard(rng: Random, half: Half, line: Line, sent: Audio, other: Audio) -> NDArray[np.int16]:
    """Return what is recorded of one side."""
    found = sent.copy()
    if line.noise_db is not None:
        maker = _PLAIN[int(rng.choice(3, p=[0.5, 0.3, 0.2]))]
        found += at_power(maker(rng, len(sent)), line.noise_db)
    if line.crosstalk == "echo":
        found += echo(rng, other, ECHO_DB)
    elif line.crosstalk == "crosstalk":
        found += np.float32(10.0 ** (-ECHO_DB / 20.0)) * other
    if line.disturbance:
        found += _disturbance(rng, half, line, len(sent))
    if line.tones:
        _add_tones(rng, line, sent, found)
    return pcm(g711(found, a_law=bool(rng.random() < 0.5)))


def _disturbance(rng: Random, half: Half, line: Line, length: int) -> Audio:
    if line.disturbance == "real":
        sound = _real(rng, half, length)
    else:
        sound = DISTURBANCES[line.disturbance](rng, length)
    return at_level(sound, line.level_db - rng.uniform(AWAY_DB, 30.0))


def _real(rng: Random, half: Half, length: int) -> Audio:
    """Return a real sound now and then: the halves share none."""
    kinds = sorted(
        kind for kind in noises(half) if kind.startswith("real ") and "music" not in kind
    )
    clips = noises(half)[kinds[int(rng.integers(len(kinds)))]]
    found = np.zeros(length, np.float32)
    at = int(rng.uniform(0.0, 5.0) * RATE)
    while at < length:
        clip = clips[int(rng.integers(len(clips)))][: 3 * RATE]
        found[at : at + len(clip)] += clip[: length - at]
        at += len(clip) + int(rng.uniform(2.0, 12.0) * RATE)
    return found + np.float32(1e-6)


def _add_tones(rng: Random, line: Line, sent: Audio, found: Audio) -> None:
    """Put tones into a gap of two seconds or more in which this side sends nothing."""
    quiet = np.abs(sent[: len(sent) // RATE * RATE]).reshape(-1, RATE).max(axis=1) < 1e-4
    places = [at for at in range(len(quiet) - 2) if quiet[at : at + 3].all()]
    if not places:
        return
    at = places[int(rng.integers(len(places)))] * RATE + RATE // 4
    size = int(2.5 * RATE)
    tone = TONES[line.tones](rng, size)
    found[at : at + size] += at_power(tone, rng.uniform(-32.0, -18.0))[: len(found) - at]
