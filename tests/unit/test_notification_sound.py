"""The message of a notification: cut where a speaker breathes, or a recording brought to the
line.
"""

import wave
from pathlib import Path

import numpy as np
import pytest

from sounds.notification import CANNOT_USE, main, pieces, recorded, spoken
from sounds.shaping import speech_level
from sounds.sound import Sound, read_wav, wav_bytes
from sounds.texts import Language
from sounds.uploads import CannotUse
from sounds.voice import CannotSay


class Hummer:
    """A voice that hums for a tenth of a second a character."""

    name = "hummer"

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, words: str, language: Language) -> Sound:
        self.heard.append(words)
        return _hum(0.1 * len(words))


def _hum(seconds: float, rate: int = 8000) -> Sound:
    at = np.arange(int(seconds * rate)) / rate
    return Sound((0.3 * np.sin(2 * np.pi * 440 * at)).astype(np.float32), rate)


def test_a_text_is_spoken_sentence_by_sentence() -> None:
    voice = Hummer()
    sound = spoken("燃气泄漏。请马上关闭阀门！\n不要开灯", "zh", voice)
    assert voice.heard == ["燃气泄漏。", "请马上关闭阀门！", "不要开灯"]
    assert sound.rate == 8000
    assert sound.seconds == pytest.approx(0.1 * (5 + 8 + 4) + 2 * 0.35, abs=0.15)


def test_a_sentence_that_is_too_long_is_cut_at_its_commas() -> None:
    long = "，".join(["请马上离开房屋到空旷的地方去"] * 6) + "。"
    cut = pieces(long)
    assert len(cut) == 6
    assert "".join(cut) == long
    assert all(len(piece) <= 240 for piece in pieces("不" * 500))


def test_an_english_number_with_a_point_is_not_cut() -> None:
    assert pieces("Gate 3.5 is closed. Leave now!") == ["Gate 3.5 is closed.", "Leave now!"]


def test_a_text_without_words_cannot_be_spoken() -> None:
    with pytest.raises(CannotSay):
        spoken("。。!", "zh", Hummer())


def test_a_recording_is_brought_to_the_line(tmp_path: Path) -> None:
    given, out = tmp_path / "7_2.upload", tmp_path / "7_2.wav"
    given.write_bytes(wav_bytes(_hum(2.0, rate=44_100)))
    assert main(["--recording", str(given), "--out", str(out)]) == 0
    heard = read_wav(out)
    assert heard.rate == 8000
    assert heard.seconds == pytest.approx(2.0, abs=0.1)
    assert speech_level(heard.samples) == pytest.approx(-20, abs=1)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF" + bytes(100), b"\x00" * 5000])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    given, out = tmp_path / "x.upload", tmp_path / "x.wav"
    given.write_bytes(content)
    assert main(["--recording", str(given), "--out", str(out)]) == CANNOT_USE
    assert not out.exists()


def test_silence_and_what_is_too_long_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    for samples in (np.zeros(16_000, np.float32), _hum(121).samples):
        path.write_bytes(wav_bytes(Sound(samples, 8000)))
        with pytest.raises(CannotUse):
            recorded(path)


def test_the_file_is_a_wav_that_the_switch_plays(tmp_path: Path) -> None:
    given, out = tmp_path / "a.upload", tmp_path / "a.wav"
    given.write_bytes(wav_bytes(_hum(1.0)))
    main(["--recording", str(given), "--out", str(out)])
    with wave.open(str(out), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
