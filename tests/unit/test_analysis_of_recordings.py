"""What a recording holds is told from its audio: talk, levels, tones, syllables."""

import re
import tomllib
import tracemalloc
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recordings.analysis.analyse import analysed
from recordings.analysis.conversation import both_talk, level_db, rate, silence
from recordings.analysis.pieces import FRAMES
from recordings.analysis.result import VERSION, Side, Span
from recordings.wav import RATE, NotAWavError
from sounds.sound import from_mulaw
from tests.unit.sound_files import network_tone

Line = NDArray[np.float32]
SOUNDS = Path(__file__).parents[2] / "sounds"
NEAR_S = 0.1
NOBODY = Side(talks=(), noise_db=-60.0, peak_db=-60.0, clipped=0.0, tones=())


def prompt(name: str) -> Line:
    """Return words of ours: speech at -20 dBFS with at most 20 ms of silence at its edges."""
    return from_mulaw((SOUNDS / "shipped" / "zh" / f"{name}.ulaw").read_bytes()).samples


def line(seconds: float, *said: tuple[float, Line], noise_db: float = -62.0) -> Line:
    """Return a line with noise, on which something is heard from given seconds on."""
    found = np.random.default_rng(len(said)).standard_normal(round(seconds * RATE))
    found *= 10 ** (noise_db / 20)
    for at, samples in said:
        begin = round(at * RATE)
        found[begin : begin + len(samples)] += samples
    return found.astype(np.float32)


def file_of(folder: Path, *sides: Line, rate: int = RATE) -> Path:
    path = folder / "call.wav"
    samples = np.stack(sides, axis=1) * 32767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sides))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes())
    return path


def ends(side: Side) -> tuple[float, float]:
    return side.talks[0].begin_s, side.talks[-1].end_s


def seconds(samples: Line) -> float:
    return len(samples) / RATE


def test_each_side_talks_when_it_does(tmp_path: Path) -> None:
    hello, wait = prompt("greeting"), prompt("connecting")
    path = file_of(tmp_path, line(12, (2.0, hello)), line(12, (7.0, wait)))
    found = analysed(path)
    caller, ours = found.sides
    assert found.version == VERSION
    assert found.seconds == 12.0
    assert ends(caller) == pytest.approx((2.0, 2.0 + seconds(hello)), abs=NEAR_S)
    assert ends(ours) == pytest.approx((7.0, 7.0 + seconds(wait)), abs=NEAR_S)


def test_a_message_has_one_side(tmp_path: Path) -> None:
    words = prompt("greeting")
    (side,) = analysed(file_of(tmp_path, line(8, (3.0, words)))).sides
    assert ends(side) == pytest.approx((3.0, 3.0 + seconds(words)), abs=NEAR_S)


def test_pauses_of_a_second_part_two_talks(tmp_path: Path) -> None:
    word = prompt("sil5_first")
    (side,) = analysed(file_of(tmp_path, line(9, (1.0, word), (2.0 + seconds(word), word)))).sides
    gap = silence(side, NOBODY, (Span(1.2, 1.8 + 2 * seconds(word)),))
    assert max(one.seconds for one in gap) == pytest.approx(1.0, abs=2 * NEAR_S)


def test_a_talk_that_goes_on_from_one_piece_to_the_next_is_one(tmp_path: Path) -> None:
    edge = FRAMES * RATE // 50 / RATE
    words = prompt("connecting")
    (side,) = analysed(file_of(tmp_path, line(40, (edge - 0.4, words)))).sides
    (moved,) = analysed(file_of(tmp_path, line(40, (edge - 10.4, words)))).sides
    assert ends(side) == pytest.approx((edge - 0.4, edge - 0.4 + seconds(words)), abs=NEAR_S)
    assert len(side.talks) == len(moved.talks)


@pytest.mark.parametrize("noise_db", [-75.0, -60.0, -48.0])
def test_the_noise_of_a_line_is_no_talk_and_has_its_level(tmp_path: Path, noise_db: float) -> None:
    (side,) = analysed(file_of(tmp_path, line(10, noise_db=noise_db))).sides
    assert side.talks == ()
    assert side.noise_db == pytest.approx(noise_db, abs=1.0)


def test_the_noise_is_that_of_most_of_the_time_without_talk(tmp_path: Path) -> None:
    words = prompt("greeting")
    noise = line(10, (2.0, words), noise_db=-55.0)
    noise[: RATE // 2] = 0.0
    (side,) = analysed(file_of(tmp_path, noise)).sides
    assert side.noise_db == pytest.approx(-55.0, abs=1.0)


def test_digital_silence_is_as_quiet_as_can_be(tmp_path: Path) -> None:
    (side,) = analysed(file_of(tmp_path, np.zeros(5 * RATE, np.float32))).sides
    assert (side.talks, side.noise_db, side.peak_db, side.clipped) == ((), -96.0, -96.0, 0.0)


def test_an_empty_recording_holds_nothing(tmp_path: Path) -> None:
    found = analysed(file_of(tmp_path, np.zeros(0, np.float32), np.zeros(0, np.float32)))
    assert found.seconds == 0.0
    assert [side.talks for side in found.sides] == [(), ()]


def test_the_level_is_that_of_the_speech(tmp_path: Path) -> None:
    words = prompt("greeting")
    path = file_of(
        tmp_path, line(8, (2.0, words)), line(8, (2.0, words / np.float32(4)), noise_db=-70.0)
    )
    loud, soft = (level_db(side, (Span(0, 8),)) for side in analysed(path).sides)
    assert loud == pytest.approx(-20.0, abs=2.0)
    assert soft == pytest.approx(-32.0, abs=2.0)


def test_the_peak_and_the_share_that_is_clipped_are_told(tmp_path: Path) -> None:
    words = prompt("greeting")
    clear, cut = line(8, (2.0, words)), line(8, (2.0, 12 * words))
    one, other = analysed(file_of(tmp_path, clear, cut)).sides
    assert one.peak_db == pytest.approx(20 * np.log10(np.abs(clear).max()), abs=0.1)
    assert one.clipped == 0.0
    assert other.peak_db == pytest.approx(0.0, abs=0.1)
    assert 0.02 < other.clipped < 0.6


def test_the_other_sides_echo_is_no_talk(tmp_path: Path) -> None:
    words = prompt("fallback_message")
    echo = np.float32(10 ** (-30 / 20)) * words
    path = file_of(tmp_path, line(12, (2.1, echo), noise_db=-70.0), line(12, (2.0, words)))
    caller, ours = analysed(path).sides
    assert caller.talks == ()
    assert both_talk(caller, ours, (Span(0, 12),)) == ()
    assert ours.talks


@pytest.mark.parametrize(
    ("hertz", "cadence"),
    [
        ((450,), (0.35, 0.35)),
        ((450,), (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4)),
        ((480, 620), (0.5, 0.5)),
        ((440, 480), (2.0, 4.0)),
        ((425,), (0.5, 0.5)),
        ((2100,), (3.3, 0.1)),
    ],
)
def test_tones_of_the_network_are_told_and_no_talk(
    tmp_path: Path, hertz: tuple[int, ...], cadence: tuple[float, ...]
) -> None:
    audio = np.frombuffer(network_tone(hertz, cadence, 10.0), "<i2")
    tone = audio.astype(np.float32) / np.float32(32768)
    (side,) = analysed(file_of(tmp_path, tone)).sides
    share = sum(cadence[::2]) / sum(cadence)
    assert side.talks == ()
    assert sum(one.seconds for one in side.tones) == pytest.approx(10 * share, rel=0.25)


def test_a_key_is_a_tone(tmp_path: Path) -> None:
    seconds_of = np.arange(round(0.12 * RATE)) / RATE
    key = sum(0.1 * np.sin(2 * np.pi * hertz * seconds_of) for hertz in (770, 1336))
    (side,) = analysed(file_of(tmp_path, line(4, (1.0, np.asarray(key, np.float32))))).sides
    assert [(one.begin_s, one.end_s) for one in side.tones] == [
        pytest.approx((1.0, 1.12), abs=0.05)
    ]
    assert side.talks == ()


def test_speech_is_no_tone(tmp_path: Path) -> None:
    said = np.concatenate([prompt(name) for name in ("menu", "survey_opening", "attend_fallback")])
    (side,) = analysed(file_of(tmp_path, said)).sides
    assert side.tones == ()


def words_of(names: Sequence[str]) -> int:
    """Return the characters of prompts, each of which is a syllable."""
    texts = tomllib.loads((SOUNDS / "prompts.toml").read_text())
    return sum(len(re.findall("[一-鿿]", texts[name]["zh"])) for name in names)


def test_the_rate_is_that_of_the_characters(tmp_path: Path) -> None:
    names = ("sil1_third", "sil3_goodbye", "attend_fallback", "fallback_message", "sil4_redial")
    said = [prompt(name) for name in names]
    at, placed = 1.0, []
    for one in said:
        placed.append((at, one))
        at += seconds(one) + 1.0
    (side,) = analysed(file_of(tmp_path, line(at, *placed))).sides
    talk = sum(talk.seconds for talk in side.talks)
    found = rate(side, (Span(0, at),))
    assert found == pytest.approx(60 * words_of(names) / talk, rel=0.15)


def test_a_recording_whose_sizes_were_never_written_is_analysed_as_a_whole(tmp_path: Path) -> None:
    words = prompt("greeting")
    path = file_of(tmp_path, line(8, (3.0, words)))
    whole = analysed(path)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    path.write_bytes(bytes(content))
    assert analysed(path) == whole


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"no sound at all")
    with pytest.raises(NotAWavError):
        analysed(path)
    with pytest.raises(NotAWavError, match="16000"):
        analysed(file_of(tmp_path, line(1), rate=16000))
    with pytest.raises(OSError, match="gone"):
        analysed(tmp_path / "gone.wav")


def test_a_long_call_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    def most(minutes: float) -> int:
        path = file_of(tmp_path, *(line(60 * minutes), line(60 * minutes)))
        tracemalloc.start()
        try:
            analysed(path)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    a_minute = 60 * 50 * 2 * 7
    assert most(6) - most(2) < 4 * 6 * a_minute
