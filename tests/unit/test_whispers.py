"""Words whispered to a caller are in the recording, where they were heard (ANS-5)."""

from array import array
from pathlib import Path

import pytest

from recordings.wav import RATE
from recordings.whispers import Mixer, of_call

CALL = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"
OTHER = "1b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"
BEGAN = 1_795_921_849.0


def stereo(left: int, right: int, seconds: float) -> bytes:
    return array("h", [left, right] * int(seconds * RATE)).tobytes()


def whisper(folder: Path, at: float, audio: bytes, call: str = CALL) -> Path:
    path = folder / f"{call}_{round(at * 1000)}.raw"
    path.write_bytes(audio)
    return path


def mixed(folder: Path, call_audio: bytes, piece: int = 64 * 1024) -> "array[int]":
    mixer = Mixer(of_call(folder, CALL), began=BEGAN)
    pieces = [call_audio[at : at + piece] for at in range(0, len(call_audio), piece)]
    done = b"".join(mixer.mixed(one, n * piece) for n, one in enumerate(pieces))
    return array("h", done)


@pytest.mark.parametrize("piece", [4, 1000, 64 * 1024])
def test_they_are_laid_over_what_the_caller_heard_at_their_moment(
    tmp_path: Path, piece: int
) -> None:
    whisper(tmp_path, BEGAN + 0.5, stereo(77, 500, 0.25))
    samples = mixed(tmp_path, stereo(3, 100, 1.0), piece)
    left, right = samples[0::2], samples[1::2]
    assert set(left) == {3}, "the caller's own side stays as it is"
    assert [n for n, one in enumerate(right) if one != 100] == list(range(4000, 6000))
    assert set(right[4000:6000]) == {600}


def test_too_loud_together_is_as_loud_as_can_be_and_wraps_nowhere(tmp_path: Path) -> None:
    whisper(tmp_path, BEGAN, stereo(0, 30_000, 0.1))
    assert max(mixed(tmp_path, stereo(0, 20_000, 0.1))) == 32_767


def test_what_began_before_the_recording_or_goes_on_after_it_is_cut(tmp_path: Path) -> None:
    whisper(tmp_path, BEGAN - 0.1, stereo(0, 7, 0.2))
    whisper(tmp_path, BEGAN + 0.9, stereo(0, 9, 0.5))
    right = mixed(tmp_path, stereo(0, 0, 1.0))[1::2]
    assert (set(right[:800]), set(right[7200:])) == ({7}, {9})
    assert len(right) == RATE


def test_only_whispers_of_this_call_count_and_no_other_file(tmp_path: Path) -> None:
    mine = whisper(tmp_path, BEGAN + 2, b"")
    first = whisper(tmp_path, BEGAN + 1, b"\0")
    whisper(tmp_path, BEGAN, stereo(0, 9, 0.1), OTHER)
    (tmp_path / f"{CALL}_x.raw").write_bytes(b"")
    assert [one.file for one in of_call(tmp_path, CALL)] == [first, mine]
    assert set(mixed(tmp_path, stereo(0, 0, 0.1))) == {0}
