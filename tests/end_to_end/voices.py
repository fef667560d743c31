"""Comparing a recording with what people on the telephone heard and said, moment by moment."""

import asyncio
from collections.abc import Mapping

import numpy as np

from caller import audio
from caller.leg import Leg
from caller.listen import Samples
from caller.tones import Windows, tone, tone_segments, windows
from tests.end_to_end.house import House, Row

CALLER_HZ, FIRST_HZ, SECOND_HZ, THIRD_HZ = 1370.0, 1730.0, 2150.0, 2590.0
WITHIN_S = 0.3
"""A voice is in the recording at the moment at which it was heard, give or take so much."""
LEAST_S = 0.15
"""A shorter difference is the edge of a tone."""

_PER_S = 20


def says(hertz: float, seconds: float = 90.0) -> Samples:
    """Return what a party says: its tone, for so long."""
    return tone(hertz, seconds)


async def sides(house: House, row: Row) -> tuple[Samples, Samples]:
    """Return a call's recording: the caller, and what the caller heard."""
    recording = await house.recording_of(row, within=30)
    return audio.read_stereo(house.settings.paths.store / recording["path"])


async def differences(house: House, row: Row, call: Leg, tones: Mapping[str, float]) -> list[str]:
    """Return where the recording's right side is not what the caller heard, by the tones."""
    _, right = await sides(house, row)
    return await asyncio.to_thread(_differences, call.heard(), right, tones)


def _differences(heard: Samples, recorded: Samples, tones: Mapping[str, float]) -> list[str]:
    one, other = windows(heard), windows(recorded)
    return [
        sentence
        for name, hertz in tones.items()
        for sentence in compared(name, _held(hertz, one), _held(hertz, other))
    ]


def compared(name: str, heard: np.ndarray, recorded: np.ndarray) -> list[str]:
    """Return sentences about what is only in one of two lists of moments, 50 ms each."""
    size = max(len(heard), len(recorded))
    one, other = (np.pad(each, (0, size - len(each))) for each in (heard, recorded))
    return [
        *_runs(f"{name} was heard and is not recorded", one & ~_wider(other)),
        *_runs(f"{name} is recorded and was not heard", other & ~_wider(one)),
    ]


def seconds_of(hertz: float, samples: Samples) -> float:
    """Return for how long a tone is in the samples."""
    return float(_held(hertz, windows(samples)).sum() / _PER_S)


def _held(hertz: float, heard: Windows) -> np.ndarray:
    held = np.zeros(len(heard.power) + 2, dtype=bool)  # a moment is 50 ms, a window two of them
    for one in tone_segments(hertz, heard):
        held[round(one.start * _PER_S) : round(one.end * _PER_S)] = True
    return held


def _wider(held: np.ndarray) -> np.ndarray:
    reach = int(WITHIN_S * _PER_S)
    return np.convolve(held, np.ones(2 * reach + 1), mode="same") > 0.5


def _runs(sentence: str, held: np.ndarray) -> list[str]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], held, [False])).astype(int)))
    runs = zip(edges[::2], edges[1::2], strict=True)
    return [
        f"{sentence}: {start / _PER_S:.2f}-{end / _PER_S:.2f} s"
        for start, end in runs
        if (end - start) / _PER_S >= LEAST_S
    ]
