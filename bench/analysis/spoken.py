"""One passage of one speaker: utterances put together, and when in it there is speech."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.analysis.speech import Utterance
from bench.voice_activity.telephone import RATE, active_db, at_level, blocks_db
from bench.voice_activity.types import Audio, Random
from recordings.analysis.result import Span
from recordings.analysis.spans import joined

MARGIN_DB: Final = 15.9
"""ITU-T P.56: speech is no more than this below its active level."""
STEP: Final = 40
"""Samples of 5 ms, in which speech is looked for."""
PAUSE_S: Final = 0.3
LEAST_S: Final = 0.06
AROUND_S: Final = 0.06
"""What is kept of a recording before and after its speech."""
FADE_S: Final = 0.02


@dataclass(frozen=True)
class Passage:
    """Audio whose speech begins at 0 s: `lead` samples of it come before."""

    audio: Audio
    lead: int
    talks: tuple[Span, ...]
    syllables: int | None

    @property
    def end_s(self) -> float:
        """Return when its speech ends."""
        return self.talks[-1].end_s


def talks_in(audio: Audio, *, margin_db: float = MARGIN_DB, pause_s: float = PAUSE_S) -> list[Span]:
    """Return when there is speech in clean audio: its pauses below `pause_s` belong to it."""
    fine = 10.0 ** (blocks_db(audio, STEP).astype(np.float64) / 10.0)
    smooth = np.convolve(fine, np.ones(4) / 4.0, "same")
    active = 10.0 * np.log10(smooth + 1e-12) >= active_db(audio) - margin_db
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(np.int8)))
    times = edges * (STEP / RATE)
    runs = joined(map(Span, times[::2].tolist(), times[1::2].tolist()), pause_s=pause_s)
    return [run for run in runs if run.seconds >= LEAST_S]


def passage(rng: Random, said: list[Utterance], level_db: float, *, least_s: float) -> Passage:
    """Return so many utterances of a speaker, closely one after the other, as last `least_s`."""
    parts: list[Audio] = []
    syllables: int | None = 0
    while True:
        one = said[int(rng.integers(len(said)))]
        trimmed = _trimmed(at_level(one.audio, level_db))
        if not len(trimmed):
            continue
        parts += [trimmed, np.zeros(int(rng.uniform(0.02, 0.06) * RATE), np.float32)]
        together = syllables is not None and one.syllables is not None
        syllables = syllables + one.syllables if together else None  # type: ignore[operator]
        whole = np.concatenate(parts)
        if len(whole) / RATE - 2 * AROUND_S >= least_s:
            return _begun(whole, syllables)


def cut(given: Passage, at_s: float) -> Passage:
    """Return a passage whose speaker breaks off."""
    audio = given.audio[: given.lead + int(at_s * RATE)].copy()
    size = int(FADE_S * RATE)
    audio[-size:] *= np.linspace(1.0, 0.0, size, dtype=np.float32)
    return _begun(audio, None)


def _begun(audio: Audio, syllables: int | None) -> Passage:
    talks = talks_in(audio)
    lead = talks[0].begin_s
    moved = tuple(Span(one.begin_s - lead, one.end_s - lead) for one in talks)
    return Passage(audio, round(lead * RATE), moved, syllables)


def _trimmed(audio: Audio) -> Audio:
    talks = talks_in(audio)
    if not talks:
        return audio[:0]
    begin = max(0, int((talks[0].begin_s - AROUND_S) * RATE))
    found = audio[begin : int((talks[-1].end_s + AROUND_S) * RATE)].copy()
    size = min(int(FADE_S * RATE), len(found) // 2)
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    found[:size] *= ramp
    found[-size:] *= ramp[::-1]
    return found
