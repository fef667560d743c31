"""Trains the network of the analysis on the tuning half; numpy only.

Speech is learned frame by frame. Syllables are learned from their number alone: what the network
says of the frames of a passage is to add up to it.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.analysis.calls import Call, Party, calls
from bench.analysis.spoken import talks_in
from bench.voice_activity import made
from bench.voice_activity.kept import pcm
from bench.voice_activity.telephone import at_level, at_power, g711
from bench.voice_activity.types import Random
from recordings.analysis.network import INPUTS, STEPS, WIDTH, beside, inputs
from recordings.analysis.pieces import FRAME, FRAME_S, LEAD, Floats
from recordings.analysis.result import Span
from recordings.analysis.spectra import BANDS, spectra
from recordings.wav import RATE

CALLS: Final = 560
DEAD: Final = 160
"""Lines on which nobody ever speaks: tones, melodies, hum and the like, 30 s each."""
EPOCHS: Final = 14
CROP: Final = 1500
"""Frames of one step."""
RATE_OF_LEARNING: Final = 3e-3
FORGETTING: Final = 0.02
"""How fast weights that nothing asks for fade."""
SYLLABLES_WEIGH: Final = 0.5
SILENT_WEIGHS: Final = 0.5
"""Of syllables where nobody speaks."""
MARGIN_DB: Final = 17.0
PAUSE_S: Final = 0.2
"""What counts as speech while learning."""
AROUND: Final = 5
"""Frames around a passage whose syllables are its own."""

Weights = dict[str, Floats]
Passage = tuple[int, int, int]
"""First frame, the one after the last, syllables."""


@dataclass(frozen=True)
class Lesson:
    """One side of one call."""

    inputs: NDArray[np.float16]
    speech: NDArray[np.bool_]
    passages: tuple[Passage, ...]


def train(path: Path) -> None:
    """Train, and write the weights."""
    rng = np.random.default_rng(1)
    lessons = [lesson for built in calls("tune", range(CALLS)) for lesson in _lessons(built)]
    lessons += [_dead_lesson(rng) for _ in range(DEAD)]
    weights = _fresh(rng)
    moments = {
        name: (np.zeros_like(value), np.zeros_like(value)) for name, value in weights.items()
    }
    steps = EPOCHS * len(lessons)
    for turn, lesson in enumerate(_turns(rng, lessons)):
        told = _step(weights, *_crop(rng, lesson))
        _adam(weights, moments, told.slopes, turn, RATE_OF_LEARNING * _pace(turn / steps))
        if turn % (len(lessons) * 2) == 0:
            print(f"{turn}/{steps}: {told.loss:.3f}", file=sys.stderr, flush=True)
    kept: dict[str, Any] = {name: value.astype(np.float16) for name, value in weights.items()}
    np.savez(path, **kept)


def _lessons(built: Call) -> Iterator[Lesson]:
    frames = len(built.samples) // FRAME
    seen = [
        spectra(np.pad(built.samples[: frames * FRAME, side], LEAD).astype(np.int16))
        for side in (0, 1)
    ]
    for side, party in enumerate(built.parties):
        told = inputs(seen[side], seen[1 - side]).astype(np.float16)
        yield Lesson(told, _labels(party, frames), tuple(_passages(party, frames)))


def _dead_lesson(rng: Random) -> Lesson:
    """Return a line with a sound that is no speech, beside a line with noise."""
    makers = {**made.TONES, **made.TUNED, **made.TUNING_ONLY}
    sound = makers[str(rng.choice(list(makers)))](rng, CROP * FRAME)
    lines = [
        at_level(sound, rng.uniform(-45.0, -12.0))
        + at_power(made.white(rng, CROP * FRAME), rng.uniform(-75.0, -50.0)),
        at_power(made.white(rng, CROP * FRAME), rng.uniform(-75.0, -50.0)),
    ]
    one, other = (spectra(np.pad(pcm(g711(line)), LEAD)) for line in lines)
    told = inputs(one, None if rng.random() < 0.3 else other)
    return Lesson(told.astype(np.float16), np.zeros(CROP, np.bool_), ())


def _labels(party: Party, frames: int) -> NDArray[np.bool_]:
    found = np.zeros(frames, np.bool_)
    for talk in party.talks:
        first, last = int((talk.begin_s - 0.2) * RATE), int((talk.end_s + 0.2) * RATE)
        audio = party.clean[max(0, first) : last]
        for span in talks_in(audio, margin_db=MARGIN_DB, pause_s=PAUSE_S):
            begin = max(0, first) / RATE
            found[_frames(Span(begin + span.begin_s, begin + span.end_s))] = True
    return found


def _passages(party: Party, frames: int) -> Iterator[Passage]:
    for one in party.known:
        part = _frames(one.span)
        if part.stop + AROUND <= frames:
            yield max(0, part.start - AROUND), part.stop + AROUND, one.syllables


def _frames(span: Span) -> slice:
    return slice(max(0, round(span.begin_s / FRAME_S)), max(0, round(span.end_s / FRAME_S)))


def _fresh(rng: Random) -> Weights:
    found: Weights = {}
    for place in range(len(STEPS)):
        size = 3 * (WIDTH if place else INPUTS)
        found[f"w{place}"] = (rng.standard_normal((size, WIDTH)) * np.sqrt(1.0 / size)).astype("f4")
        found[f"b{place}"] = np.zeros(WIDTH, np.float32)
    found["w"] = (rng.standard_normal((WIDTH, 2)) * 0.1).astype(np.float32)
    found["b"] = np.array([-0.5, -3.0], np.float32)
    return found


def _turns(rng: Random, lessons: list[Lesson]) -> Iterator[Lesson]:
    for _ in range(EPOCHS):
        for place in rng.permutation(len(lessons)):
            yield lessons[int(place)]


def _crop(rng: Random, lesson: Lesson) -> tuple[Floats, NDArray[np.bool_], list[Passage]]:
    first = int(rng.integers(max(1, len(lesson.speech) - CROP + 1)))
    part = slice(first, first + CROP)
    inside = [
        (begin - first, end - first, syllables)
        for begin, end, syllables in lesson.passages
        if begin >= first and end <= first + CROP
    ]
    told = lesson.inputs[part].astype(np.float32)
    louder = np.float32(rng.normal(0.0, 0.2))
    tilt = np.linspace(-1.0, 1.0, BANDS, dtype=np.float32) * np.float32(rng.normal(0.0, 0.2))
    colour = np.convolve(rng.normal(0.0, 0.15, BANDS + 4), np.ones(5) / 5.0, "valid")
    told[:, :BANDS] += louder + tilt + colour.astype(np.float32)
    told[:, 2 * BANDS] += louder
    return told, lesson.speech[part], inside


@dataclass(frozen=True)
class _Told:
    loss: float
    slopes: Mapping[str, Floats]


def _step(weights: Weights, x: Floats, speech: NDArray[np.bool_], passages: list[Passage]) -> _Told:
    """Return the loss of one crop and its slope by each weight."""
    seen, alive = [], []
    for place, step in enumerate(STEPS):
        seen.append(beside(x, step))
        y = seen[-1] @ weights[f"w{place}"] + weights[f"b{place}"]
        alive.append(y > 0.0)
        y *= alive[-1]
        x = y + x if place else y
    out = x @ weights["w"] + weights["b"]
    loss, slope = _losses(out, speech, passages)
    slopes: Weights = {"w": x.T @ slope, "b": slope.sum(axis=0)}
    back = slope @ weights["w"].T
    for place in reversed(range(len(STEPS))):
        inner = np.asarray(back * alive[place], np.float32)
        slopes[f"w{place}"] = seen[place].T @ inner
        slopes[f"b{place}"] = inner.sum(axis=0)
        if place:
            back = back + _gathered(inner @ weights[f"w{place}"].T, STEPS[place])
    return _Told(loss, slopes)


def _losses(
    out: Floats, speech: NDArray[np.bool_], passages: list[Passage]
) -> tuple[float, Floats]:
    slope = np.empty_like(out)
    likely = 0.5 + 0.5 * np.tanh(0.5 * out[:, 0])
    slope[:, 0] = (likely - speech) / len(out)
    density, rise = np.logaddexp(0.0, out[:, 1]), 0.5 + 0.5 * np.tanh(0.5 * out[:, 1])
    slope[:, 1] = SILENT_WEIGHS * ~speech * rise / len(out)
    loss = float(-np.log(np.where(speech, likely, 1.0 - likely) + 1e-7).mean())
    for begin, end, syllables in passages:
        wrong = float(density[begin:end].sum()) - syllables
        weigh = SYLLABLES_WEIGH / len(passages) / syllables
        slope[begin:end, 1] += 2.0 * weigh * wrong * rise[begin:end]
        loss += weigh * wrong * wrong
    return loss, slope


def _gathered(slope: Floats, step: int) -> Floats:
    """Return the slope by each frame from the slope by frames with their neighbours."""
    width = slope.shape[1] // 3
    found = slope[:, width : 2 * width].copy()
    found[:-step] += slope[step:, :width]
    found[step:] += slope[:-step, 2 * width :]
    return found


def _pace(done: float) -> float:
    """Return how fast to learn: rising for a twentieth, then falling to nothing."""
    return min(1.0, done * 20.0 + 0.02) * 0.5 * (1.0 + float(np.cos(np.pi * done)))


def _adam(
    weights: Weights,
    moments: dict[str, tuple[Floats, Floats]],
    slopes: Mapping[str, Floats],
    turn: int,
    pace: float,
) -> None:
    size = float(np.sqrt(sum(float(np.sum(slope**2)) for slope in slopes.values())))
    calm = min(1.0, 5.0 / (size + 1e-9))
    for name, slope in slopes.items():
        first, second = moments[name]
        first += 0.1 * (calm * slope - first)
        second += 0.01 * ((calm * slope) ** 2 - second)
        mean = first / (1.0 - 0.9 ** (turn + 1))
        spread = second / (1.0 - 0.99 ** (turn + 1))
        weights[name] *= np.float32(1.0 - FORGETTING * pace)
        weights[name] -= np.float32(pace) * mean / (np.sqrt(spread) + 1e-8)
