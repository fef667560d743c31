"""The waveform of a recording shows how loud each side is, in as many points as are asked for."""

import wave
from pathlib import Path

import numpy as np
import pytest

from recordings import peaks as drawing
from recordings.peaks import peaks, summary, summed_up
from recordings.wav import NotAWavError


def written(path: Path, left: list[int], right: list[int] | None = None) -> Path:
    """Write a WAV file of one channel or two."""
    sides = [left] if right is None else [left, right]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sides))
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.array(sides, dtype="<i2").T.tobytes())
    return path


def test_each_side_has_its_own_loudest_moments(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wav", [0, 16384, 0, -32768], [0, 0, 8192, 0])
    assert peaks(path, points=2) == [[0.5, 1.0], [0.0, 0.25]]


def test_a_message_has_one_side(tmp_path: Path) -> None:
    assert peaks(written(tmp_path / "x.wav", [3277] * 10), points=5) == [[0.1] * 5]


def test_a_recording_shorter_than_the_picture_has_a_point_a_sample(tmp_path: Path) -> None:
    assert peaks(written(tmp_path / "x.wav", [0, 16384]), points=800) == [[0.0, 0.5]]


def test_a_recording_of_nothing_is_an_empty_picture(tmp_path: Path) -> None:
    assert peaks(written(tmp_path / "x.wav", [], []), points=800) == [[], []]


def test_a_long_recording_is_read_piece_by_piece_to_the_same_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(5).integers(-32768, 32767, (2, 12_345)).tolist()
    path = written(tmp_path / "x.wav", *noise)
    whole = peaks(path, points=800)
    assert 750 <= len(whole[0]) <= 800
    monkeypatch.setattr(drawing, "SAMPLES_AT_ONCE", 1000)
    assert peaks(path, points=800) == whole


def test_a_file_that_is_no_recording_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    with pytest.raises(NotAWavError):
        peaks(tmp_path / "x.wav", points=800)


def test_a_stretch_is_drawn_as_the_same_stretch_of_the_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(-32768, 32767, (2, 80_000)).tolist()
    path = written(tmp_path / "x.wav", *noise)
    whole = peaks(path, points=100)
    part = peaks(path, points=10, begin_s=2.0, end_s=3.0)
    assert part == [side[20:30] for side in whole]
    assert peaks(path, points=10, begin_s=20.0, end_s=30.0) == [[], []]


def test_what_is_kept_of_a_long_call_draws_the_same_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(9).integers(-32768, 32767, (2, 160_800)).tolist()
    kept = summary(path := written(tmp_path / "x.wav", *noise))
    assert len(kept) == 201
    assert summed_up(kept, points=201) == peaks(path, points=201)
    assert summed_up(kept, points=5, begin_s=0.0, end_s=10.0) == peaks(
        path, points=5, begin_s=0.0, end_s=10.0
    )
    assert summed_up(kept, points=5, begin_s=99.0, end_s=100.0) == [[], []]
