"""Makes talks of what was heard frame by frame. Does no I/O.

A talk is speech whose pauses are shorter than `PAUSE_S`: a stop between two sounds, a comma. It
begins with the first frame that is speech and ends with the last.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.analysis.heard import Heard
from recordings.analysis.pieces import FRAME, FRAME_S
from recordings.analysis.result import SILENCE_DB, Span, Talk
from recordings.analysis.spans import joined

PAUSE_S: Final = 0.28
"""0.3 s of speech itself: its frames reach over its edges a little."""
LEAST_S: Final = 0.1
"""Shorter is a click or a breath."""
SPEECH: Final = 0.6
"""Likelihood from which a frame is speech, over three frames."""
SURE: Final = 0.8
"""A talk reaches this likelihood somewhere."""
GUARD_S: Final = 0.1
"""What is this near to talk is not the line's own noise."""

Flags = NDArray[np.bool_]


def talks(heard: Heard) -> tuple[Talk, ...]:
    """Return the talks of one side, in order."""
    likely = _smooth(heard.speech)
    spans = joined(runs(likely >= SPEECH), pause_s=PAUSE_S)
    return tuple(
        _talk(heard, span, likely)
        for span in spans
        if span.seconds >= LEAST_S and likely[_frames(span)].max() >= SURE
    )


def clipped(heard: Heard, found: tuple[Talk, ...]) -> float:
    """Return the share of samples at full scale within talks."""
    within = [_frames(Span(talk.begin_s, talk.end_s)) for talk in found]
    frames = sum(part.stop - part.start for part in within)
    if not frames:
        return 0.0
    full = sum(int(heard.full[part].sum()) for part in within)
    return float(full / (frames * FRAME))


def noise_db(heard: Heard, found: tuple[Talk, ...], tones: tuple[Span, ...]) -> float:
    """Return the median level of the frames in which there is neither talk nor a tone.

    Where there are none, the level that one frame in twenty is below.
    """
    quiet = np.ones(len(heard.level), np.bool_)
    for span in (*(Span(talk.begin_s, talk.end_s) for talk in found), *tones):
        quiet[_frames(Span(span.begin_s - GUARD_S, span.end_s + GUARD_S))] = False
    if quiet.any():
        return round(float(np.median(heard.level[quiet])), 1)
    return round(float(np.percentile(heard.level, 5)), 1) if len(quiet) else SILENCE_DB


def runs(flags: Flags) -> list[Span]:
    """Return from when to when flags of frames are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    times = (edges * FRAME_S).round(2).tolist()
    return [Span(begin, end) for begin, end in zip(times[::2], times[1::2], strict=True)]


def _talk(heard: Heard, span: Span, likely: NDArray[np.float32]) -> Talk:
    part = _frames(span)
    power = 10.0 ** (heard.level[part].astype(np.float64) / 10.0)
    level = 10.0 * np.log10(power[likely[part] >= SPEECH].mean())
    syllables = float(heard.syllables[part].astype(np.float64).sum())
    return Talk(span.begin_s, span.end_s, round(syllables, 2), round(float(level), 1))


def _frames(span: Span) -> slice:
    return slice(max(0, round(span.begin_s / FRAME_S)), max(0, round(span.end_s / FRAME_S)))


def _smooth(speech: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return likelihoods, each the mean of itself and its neighbours."""
    padded = np.pad(speech, 1).astype(np.float32) / np.float32(255)
    found = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(found / np.float32(3), np.float32)
