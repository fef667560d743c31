"""A recording lands in the store whole and playable, however its writer ended."""

import hashlib
import io
import os
import uuid
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings import store, wav
from recordings.store import StillGrowingError, Store, path_of, recording_id
from recordings.voice import VoiceMeter
from recordings.wav import Layout, NotAWavError, header, layout_of
from tests.unit.sound_files import silence, stereo, voice

DAY = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
CALL = "932e16d5-a33a-40e2-a296-44260ed984b6"
PATH = path_of(recording_id(CALL, "call"), DAY)
MONO = Layout(begins=44, channels=1, rate=8000, declared=0)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


@pytest.fixture
def room(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def spooled(folder: Path, content: bytes, name: str = f"{CALL}.raw") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_a_call_becomes_a_stereo_wav_with_the_caller_on_the_left(spool: Path, room: Store) -> None:
    audio = stereo(voice(2.0), silence(2.0))
    taken = room.take(spooled(spool, audio), PATH)
    assert taken is not None
    with wave.open(str(room.find(PATH))) as found:
        assert (found.getnchannels(), found.getframerate(), found.getsampwidth()) == (2, 8000, 2)
        assert found.readframes(found.getnframes()) == audio
    assert (taken.seconds, taken.channels, taken.whole) == (2.0, 2, True)
    caller, ours = taken.voice_s
    assert caller > 1.0
    assert ours == 0.0


def test_what_was_stored_is_known_by_its_digest_and_length(spool: Path, room: Store) -> None:
    taken = room.take(spooled(spool, silence(1.0, 2)), PATH)
    assert taken is not None
    content = room.find(PATH).read_bytes()
    assert taken.sha256 == hashlib.sha256(content).hexdigest()
    assert taken.bytes == len(content)
    assert room.is_whole(PATH, taken.sha256)
    room.find(PATH).write_bytes(content + b"x")
    assert not room.is_whole(PATH, taken.sha256)
    room.find(PATH).unlink()
    assert not room.is_whole(PATH, taken.sha256)


@pytest.mark.parametrize("odd", [1, 2, 3])
def test_a_raw_file_cut_inside_a_sample_loses_only_that(spool: Path, room: Store, odd: int) -> None:
    taken = room.take(spooled(spool, silence(1.0, 2) + b"x" * odd), PATH)
    assert taken is not None
    assert (taken.seconds, taken.whole) == (1.0, False)


@pytest.mark.parametrize("declared", [0, 100, 999_999])
def test_a_message_whose_header_lies_is_repaired_from_its_own_size(
    spool: Path, room: Store, declared: int
) -> None:
    audio = voice(1.5)
    broken = header(MONO, declared) + audio
    taken = room.take(spooled(spool, broken, f"{CALL}.wav"), PATH)
    assert taken is not None
    assert (taken.seconds, taken.channels, taken.whole) == (1.5, 1, False)
    with wave.open(str(room.find(PATH))) as found:
        assert found.readframes(found.getnframes()) == audio


def test_a_message_that_was_closed_is_whole(spool: Path, room: Store) -> None:
    audio = voice(1.0)
    taken = room.take(spooled(spool, header(MONO, len(audio)) + audio, f"{CALL}.wav"), PATH)
    assert taken is not None
    assert taken.whole


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\x00" * 44, header(MONO, 0), b"x" * 500])
def test_a_file_without_audio_gives_nothing_and_raises_nothing(
    spool: Path, room: Store, content: bytes
) -> None:
    assert room.take(spooled(spool, content, f"{CALL}.wav"), PATH) is None


def test_a_file_that_grows_while_it_is_copied_is_left_for_later(
    spool: Path, room: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = spooled(spool, silence(3.0, 2))
    copy = store._copy

    def slowly(*arguments: object) -> object:
        with source.open("ab") as more:
            more.write(silence(0.1, 2))
        return copy(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_copy", slowly)
    with pytest.raises(StillGrowingError):
        room.take(source, PATH)
    with pytest.raises(FileNotFoundError):
        room.find(PATH)


def test_a_full_disk_leaves_nothing_under_a_recordings_name(
    spool: Path, room: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    source = spooled(spool, silence(1.0, 2))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        room.take(source, PATH)
    with pytest.raises(FileNotFoundError):
        room.find(PATH)
    monkeypatch.undo()
    room.clear_incoming()
    assert room.take(source, PATH) is not None
    assert source.exists(), "the spool file goes only when the rows are kept"


def test_a_recording_has_one_id_and_one_place_for_ever() -> None:
    assert recording_id(CALL, "call") == recording_id(CALL, "call")
    assert recording_id(CALL, "call") != recording_id(CALL, "message")
    assert path_of(recording_id(CALL, "call"), DAY).startswith("2026/11/21/")
    uuid.UUID(recording_id(CALL, "call"))


@pytest.mark.parametrize("path", ["", "../secrets.json", "/etc/passwd", "2026/../../x.wav"])
def test_nothing_outside_the_store_is_ever_found(room: Store, tmp_path: Path, path: str) -> None:
    (tmp_path / "secrets.json").write_text("{}")
    with pytest.raises(FileNotFoundError):
        room.find(path)


@pytest.mark.parametrize("identity", ["../../x", "a.wav", ""])
def test_a_place_is_made_of_our_own_ids_only(identity: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        path_of(identity, DAY)


@given(content=st.binary(max_size=200))
def test_no_header_whatsoever_is_read_wrong(content: bytes) -> None:
    try:
        layout = layout_of(io.BytesIO(content))
    except NotAWavError:
        return
    assert layout.channels in (1, 2)
    assert layout.begins <= len(content)


@settings(deadline=None)
@given(cuts=st.lists(st.integers(1, 500), max_size=20))
def test_voice_is_counted_the_same_however_the_audio_is_cut(cuts: list[int]) -> None:
    audio = stereo(voice(0.5), silence(0.5))
    whole = VoiceMeter(channels=2, rate=wav.RATE)
    whole.feed(audio)
    pieces = VoiceMeter(channels=2, rate=wav.RATE)
    start = 0
    for cut in cuts:
        pieces.feed(audio[start : start + cut * 4])
        start += cut * 4
    pieces.feed(audio[start:])
    assert pieces.seconds() == whole.seconds()
