"""Sound of any rate comes to 8 kHz the same however it is cut into blocks, a little at a time."""

import math
import random

import numpy as np
import pytest

from sounds.resampling import joined, resampled
from sounds.sound import TELEPHONE_RATE, Samples

HELD = 2**18
"""Products of samples and their neighbours, 1 MB for each array of them."""
RATES = (4_000, 7_999, 8_000, 11_025, 16_000, 44_100, 48_000, 96_000, 191_999)


def _tone(rate: int, seconds: float, pitch: float = 440.0) -> Samples:
    time = np.arange(int(rate * seconds)) / rate
    return np.asarray(0.5 * np.sin(2 * np.pi * pitch * time), np.float32)


@pytest.mark.parametrize("rate", RATES)
def test_how_it_is_cut_makes_no_difference(rate: int) -> None:
    tone = _tone(rate, 0.31)
    whole = joined(resampled([tone], rate))
    cuts = sorted(random.Random(rate).sample(range(len(tone)), 40))
    pieces = np.split(tone, cuts)
    again = joined(resampled([*pieces, np.zeros(0, np.float32)], rate))
    assert len(whole) == len(tone) * TELEPHONE_RATE // rate
    assert again == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_is_the_same_tone(rate: int) -> None:
    found = joined(resampled([_tone(rate, 0.5)], rate))
    wanted = _tone(TELEPHONE_RATE, 0.5)[: len(found)]
    inside = slice(400, -400)
    assert found[inside] == pytest.approx(wanted[inside], abs=2e-3)


@pytest.mark.parametrize("rate", [4_000, 44_100, 191_999])
def test_however_much_comes_at_once_only_a_little_is_held(rate: int) -> None:
    reach = math.ceil(24 / (min(1.0, TELEPHONE_RATE / rate) * 0.94))
    blocks = list(resampled([_tone(rate, 3.0)], rate))
    assert max(map(len, blocks)) * 2 * reach <= HELD


def test_nothing_is_nothing() -> None:
    assert not len(joined(resampled([], 44_100)))
    assert not len(joined(resampled([np.zeros(0, np.float32)], 44_100)))
