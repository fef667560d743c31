"""Beeps and faxes are heard as tones; voices, keys and noise are not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from line.tones import Tones
from line.vad_features import FRAME, FRAME_BYTES
from sounds.shipped import SHIPPED
from sounds.sound import from_mulaw

RATE = 8000


def _tone(*hertz: float, seconds: float, level: float = 0.1) -> NDArray[np.float64]:
    at = np.arange(int(seconds * RATE)) / RATE
    waves = np.array([np.sin(2 * np.pi * hz * at) for hz in hertz])
    return np.asarray(level * waves.sum(axis=0), np.float64)


def _heard(samples: NDArray[np.float64]) -> list[int]:
    audio = (samples * 32767).astype("<i2").tobytes()
    tones = Tones()
    frames = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
    return [hz for frame in frames if (hz := tones.hear(frame)) is not None]


@pytest.mark.parametrize("hertz", [450, 620, 1000, 1400, 2100])
def test_a_tone_is_heard_once_for_as_long_as_it_lasts(hertz: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.002, RATE)
    [heard] = _heard(_tone(hertz, seconds=1.0) + noise)
    assert abs(heard - hertz) <= 50


def test_a_tone_that_is_too_short_is_none() -> None:
    assert not _heard(_tone(1000, seconds=0.15))


def test_keys_are_two_tones_and_none_of_these() -> None:
    for low in (697, 770, 852, 941):
        for high in (1209, 1336, 1477):
            assert not _heard(_tone(low, high, seconds=0.5))


def test_noise_and_silence_are_no_tones() -> None:
    assert not _heard(np.zeros(RATE))
    assert not _heard(np.random.default_rng(2).normal(0, 0.1, 5 * RATE))
    assert not _heard(_tone(1000, seconds=1.0, level=0.001))


def _prompts() -> Iterator[Path]:
    yield from sorted(SHIPPED.glob("*/*.ulaw"))


def test_no_sentence_of_our_voices_is_taken_for_a_tone() -> None:
    every = list(_prompts())
    assert len(every) > 100
    assert not {
        path.name: heard
        for path in every
        if (heard := _heard(from_mulaw(path.read_bytes()).samples.astype(np.float64)))
    }


def test_a_piece_that_is_no_frame_is_passed_over() -> None:
    assert Tones().hear(b"\0" * (FRAME + 2)) is None
