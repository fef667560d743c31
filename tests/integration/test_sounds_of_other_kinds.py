"""Prompts come as people have them (mp3, m4a, ogg …), recordings go as people want them."""

import asyncio
import io
import subprocess
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ffmpeg
from permissions.roles import Role
from recordings import convert
from recordings.convert import CannotEncode, Encoder, Format, NoConverter, TooBusy
from recordings.wav import RATE
from sounds.sound import TELEPHONE_RATE
from sounds.uploads import LONGEST, CannotUse, brought
from tests.fakes.hostile_files import wav
from tests.integration.desk_room import AUDIO, Room, audit_entries, recording_id
from tests.integration.test_what_people_bring import MOST_MB, Watched
from tests.unit.sound_files import silence, stereo, voice

AUDIO_PATH = f"/api/v1/recordings/{recording_id(1)}/audio"
KINDS = {
    "mp3": ("libmp3lame", 44_100),
    "m4a": ("aac", 48_000),
    "ogg": ("libvorbis", 22_050),
    "opus": ("libopus", 48_000),
    "flac": ("flac", 96_000),
}
BEGINS = {Format.MP3: (b"ID3", b"\xff\xfb", b"\xff\xf3"), Format.OGG: (b"OggS",)}
SPOKEN_S = 2.0


def _ffmpeg(*words: str, given: bytes = b"") -> bytes:
    program = ffmpeg.program()
    assert program is not None, "set-up brings ffmpeg"
    done = subprocess.run(
        [program, "-nostdin" if not given else "-y", "-v", "error", *words],
        input=given,
        capture_output=True,
        check=True,
    )
    return done.stdout


def _spoken(path: Path, codec: str, rate: int) -> Path:
    """Write somebody who speaks, with half a second of silence around, as people's files are."""
    content = wav(RATE, silence(0.5) + voice(SPOKEN_S) + silence(0.5))
    _ffmpeg("-i", "-", "-ac", "2", "-ar", str(rate), "-c:a", codec, str(path), given=content)
    return path


def _decoded(content: bytes, path: Path) -> np.ndarray:
    """Return both channels of what was encoded."""
    path.write_bytes(content)
    told = _ffmpeg("-i", str(path), "-ac", "2", "-ar", str(RATE), "-f", "s16le", "-")
    return np.frombuffer(told, "<i2").reshape(-1, 2)


@pytest.mark.parametrize(("kind", "made"), KINDS.items(), ids=list(KINDS))
def test_a_prompt_may_come_as_any_kind_of_sound_at_any_rate(
    kind: str, made: tuple[str, int], tmp_path: Path
) -> None:
    sound = brought(_spoken(tmp_path / f"greeting.{kind}", *made), "any")
    assert sound.rate == TELEPHONE_RATE
    assert len(sound.samples) / sound.rate == pytest.approx(SPOKEN_S, abs=0.3), "not cut"
    assert 0.1 < float(np.abs(sound.samples).max()) < 1.0


def test_a_wav_that_is_an_mp3_inside_is_heard_too(tmp_path: Path) -> None:
    made = _spoken(tmp_path / "greeting.mp3", *KINDS["mp3"])
    assert len(brought(made.rename(tmp_path / "greeting.wav"), "any").samples) > TELEPHONE_RATE


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A recording that lies on this machine, and that no file brought may have played."""
    return _spoken(tmp_path / "secret.wav", "pcm_s16le", 8000)


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {secret}\n",
        "file '{secret}'\n",
        "ffconcat version 1.0\nfile secret.wav\n",
        "\x00\x00\x00\x20ftypM4A " + "\x00" * 500,
        "ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + "\x00" * 4000,
        "\xff\xfb\x90\x64" * 2000,
        "",
    ],
    ids=[
        "hls",
        "concat",
        "file list",
        "concat beside",
        "m4a of nothing",
        "tag alone",
        "headers",
        "empty",
    ],
)
@pytest.mark.parametrize("kind", ["mp3", "m4a"])
def test_a_file_that_is_no_sound_is_refused_and_plays_no_other(
    content: str, kind: str, beside: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"greeting.{kind}"
    path.write_bytes(content.replace("{secret}", str(beside)).encode("latin-1"))
    with pytest.raises(CannotUse):
        brought(path, "any")


@pytest.mark.parametrize("kind", ["mp3", "flac"])
async def test_a_small_file_of_half_an_hour_costs_little_and_is_refused(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"greeting.{kind}"
    bits = ["-b:a", "8k"] if kind == "mp3" else []
    _ffmpeg("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "2000", *bits, str(path))
    watched = Watched()
    watching = asyncio.create_task(watched.watch())
    with pytest.raises(CannotUse, match=f"longer than {LONGEST:.0f} seconds"):
        await asyncio.to_thread(brought, path, "any")
    watching.cancel()
    assert 0 < watched.peak_mb < MOST_MB


@pytest.mark.parametrize("form", list(Format))
async def test_a_recording_is_had_in_an_eighth_with_each_side_where_it_was(
    form: Format, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(RATE, stereo(voice(4.0), silence(4.0)), channels=2))
    content = await Encoder().encoded(path, form)
    assert content.startswith(BEGINS[form])
    assert len(content) < path.stat().st_size / 6
    caller, ours = np.abs(_decoded(content, tmp_path / f"call.{form}").astype(int)).max(axis=0)
    assert caller > 3000
    assert ours < 300
    assert len(_decoded(content, tmp_path / f"call.{form}")) / RATE == pytest.approx(4.0, abs=0.2)


@pytest.mark.soak
async def test_an_hour_is_encoded_within_the_fence_and_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    _sparse(path, convert.LONGEST_S)
    content = await Encoder().encoded(path, Format.OGG)
    assert content.startswith(b"OggS")
    _sparse(path, convert.LONGEST_S + 1)
    with pytest.raises(CannotEncode, match="longer than an hour"):
        await Encoder().encoded(path, Format.OGG)


def _sparse(path: Path, seconds: float) -> None:
    """Write a stereo recording that is silent throughout."""
    length = int(seconds * RATE) * 4
    with path.open("wb") as file:
        file.write(wav(RATE, b"", channels=2, declared=length))
        file.truncate(44 + length)


async def test_a_recording_that_is_torn_is_told_as_torn(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises((EOFError, wave.Error)):
        await Encoder().encoded(path, Format.MP3)


async def test_an_encoder_that_is_stopped_by_its_fence_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(convert, "LIMITS", replace(convert.LIMITS, told=100))
    path = tmp_path / "call.wav"
    path.write_bytes(wav(RATE, silence(1.0, 2), channels=2))
    with pytest.raises(CannotEncode, match="more than it may"):
        await Encoder().encoded(path, Format.MP3)
    assert not list(temporary.iterdir())


async def test_recordings_that_are_wanted_all_at_once_wait_or_are_asked_to_come_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(wav(RATE, silence(1.0, 2), channels=2))
    encoder = Encoder()
    came = await asyncio.gather(
        *(encoder.encoded(path, Format.MP3) for _ in range(convert.WAITING + 2)),
        return_exceptions=True,
    )
    assert [type(each) for each in came[-2:]] == [TooBusy, TooBusy]
    assert all(isinstance(each, bytes) for each in came[:-2])


@pytest.fixture
def no_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "program", lambda: None)


@pytest.mark.usefixtures("no_ffmpeg")
async def test_without_ffmpeg_a_recording_is_had_as_wav_and_that_is_said(
    small_desk: Room, tmp_path: Path
) -> None:
    with pytest.raises(NoConverter, match="ffmpeg"):
        await Encoder().encoded(tmp_path / "call.wav", Format.MP3)
    refused = await small_desk.get(f"{AUDIO_PATH}?format=mp3")
    assert refused.status_code == 422
    assert "as WAV" in refused.json()["detail"]
    assert await audit_entries(small_desk, recording_id(1)) == []
    assert (await small_desk.get(AUDIO_PATH)).status_code == 200


@pytest.mark.parametrize(("form", "kind"), [("mp3", "audio/mpeg"), ("ogg", "audio/ogg")])
async def test_the_desk_gives_a_recording_in_another_format_and_that_is_on_record(
    desk: Room, form: str, kind: str
) -> None:
    answer = await desk.get(
        f"{AUDIO_PATH}?format={form}", Role.INSPECTOR, headers={"Range": "bytes=0-3"}
    )
    assert answer.status_code == 200, "a range of what is made anew each time"
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content.startswith(BEGINS[Format(form)])
    seen = await audit_entries(desk, recording_id(1))
    assert [(look.action, look.detail) for look in seen] == [("recording.audio", f"whole, {form}")]
    whole = await desk.get(f"{AUDIO_PATH}?format=wav")
    with wave.open(io.BytesIO(whole.content)) as file:
        assert file.readframes(file.getnframes()) == AUDIO


async def test_a_format_that_there_is_not_and_audio_that_is_gone_are_refused(
    small_desk: Room,
) -> None:
    assert (await small_desk.get(f"{AUDIO_PATH}?format=exe")).status_code == 422
    kept = small_desk.settings.paths.store / f"2026/11/21/{recording_id(1)}.wav"
    kept.write_bytes(b"RIFF")
    assert (await small_desk.get(f"{AUDIO_PATH}?format=mp3")).status_code == 410
    kept.unlink()
    assert (await small_desk.get(f"{AUDIO_PATH}?format=mp3")).status_code == 410
    assert await audit_entries(small_desk, recording_id(1)) == []
