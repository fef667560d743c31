"""The network of the analysis hears a piece as it hears the whole."""

import numpy as np

from recordings.analysis.network import INPUTS, STEPS, hear, inputs, loudest_before, weights
from recordings.analysis.pieces import AROUND, FRAME, LEAD
from recordings.analysis.spectra import spectra


def noise(frames: int, seed: int) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(frames * FRAME + 2 * LEAD) * 3000
    return samples.astype(np.int16)


def test_what_is_heard_of_a_frame_depends_on_no_more_than_lies_around_a_piece() -> None:
    assert sum(STEPS) + 16 <= AROUND
    one, other = noise(400, 1), noise(400, 2)
    first, last = 100, 300
    part = slice((first - AROUND) * FRAME, (last + AROUND) * FRAME + 2 * LEAD)
    whole = hear(spectra(one), spectra(other))
    piece = hear(spectra(one[part]), spectra(other[part]))
    own = slice(AROUND, AROUND + last - first)
    for of_whole, of_piece in zip(whole, piece, strict=True):
        assert np.allclose(of_whole[first:last], of_piece[own], atol=1e-3)


def test_the_loudest_of_the_last_300_ms_and_of_the_next_frame_counts_as_the_other_sides() -> None:
    levels = np.full((60, 1), -90.0, np.float32)
    levels[30] = -20.0
    heard = np.flatnonzero(loudest_before(levels)[:, 0] > -50.0)
    assert (heard.min(), heard.max()) == (29, 45)


def test_a_message_stands_above_the_side_that_it_does_not_have() -> None:
    alone = inputs(spectra(noise(50, 1)), None)
    beside_silence = inputs(spectra(noise(50, 1)), spectra(np.zeros_like(noise(50, 1))))
    assert alone.shape == (50, INPUTS)
    assert np.array_equal(alone, beside_silence)


def test_the_weights_fit_the_network() -> None:
    known = weights()
    assert known["w0"].shape == (3 * INPUTS, 32)
    assert known["w"].shape == (32, 2)
    assert all(np.isfinite(value).all() for value in known.values())
