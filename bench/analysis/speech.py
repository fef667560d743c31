"""The speakers of a half: synthetic Mandarin and real speech, with its syllables where known.

Kept decoded in the cache of `bench/voice_activity`, whose halves are those of this bench as well.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np

from bench.analysis.printed import printed
from bench.analysis.synthetic import espeak, kokoro
from bench.voice_activity import shelf
from bench.voice_activity.catalogue import Half
from bench.voice_activity.packages import CACHE
from bench.voice_activity.types import Audio

NOT_ASKED: Final = ("mandarin-", "letters-")
"""Single syllables: no talk."""


@dataclass(frozen=True)
class Utterance:
    """One recording of one speaker at 8 kHz; `syllables` is None where its words are not known."""

    speaker: str
    audio: Audio
    syllables: int | None = None


Made = Callable[[Half], Iterable[Utterance]]


@cache
def speakers(half: Half, source: str) -> dict[str, list[Utterance]]:
    """Return the utterances of each speaker of a source (`SOURCES`)."""
    kept = CACHE / "analysis" / f"{source}-{half}.npz"
    if not kept.exists():
        print(f"{source}, {half} …", file=sys.stderr, flush=True)
        _keep(kept.with_suffix(".part.npz"), list(SOURCES[source](half)))
        kept.with_suffix(".part.npz").rename(kept)
    found: dict[str, list[Utterance]] = {}
    for one in _read(kept):
        found.setdefault(one.speaker, []).append(one)
    return found


def _keep(path: Path, found: list[Utterance]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = np.concatenate([np.zeros(0, np.float32), *(one.audio for one in found)])
    np.savez(
        path,
        speakers=np.array([one.speaker for one in found], np.str_),
        lengths=np.array([len(one.audio) for one in found], np.int64),
        syllables=np.array([-1 if one.syllables is None else one.syllables for one in found]),
        audio=np.clip(whole * 32768, -32768, 32767).astype(np.int16),
    )


def _read(path: Path) -> Iterator[Utterance]:
    with np.load(path) as archive:
        audio = archive["audio"].astype(np.float32) / np.float32(32768)
        ends = np.cumsum(archive["lengths"])
        known = zip(
            archive["speakers"], archive["lengths"], ends, archive["syllables"], strict=True
        )
        for speaker, length, end, syllables in known:
            count = None if syllables < 0 else int(syllables)
            yield Utterance(str(speaker), audio[int(end - length) : int(end)], count)


def _synthetic(
    say: Callable[[Half], Iterable[tuple[str, Audio, int]]], half: Half
) -> Iterator[Utterance]:
    for speaker, audio, syllables in say(half):
        yield Utterance(speaker, audio, syllables)


def _real(half: Half) -> Iterator[Utterance]:
    for speaker, clips in shelf.voices(half).items():
        if not speaker.startswith(NOT_ASKED):
            for clip in clips:
                yield Utterance(speaker, clip)


SOURCES: Final[dict[str, Made]] = {
    "kokoro": partial(_synthetic, kokoro),
    "espeak": partial(_synthetic, espeak),
    "printed": partial(_synthetic, printed),
    "real": _real,
}
