"""What a caller heard is put where it was heard, and measured to the frame."""

import numpy as np
import pytest

from caller import audio
from caller.listen import RATE, Samples, Segment, found_in, likeness, loudness, pauses, segments
from caller.tape import Tape


def tone(seconds: float, dbfs: float = -20.0) -> Samples:
    wave = np.sin(2 * np.pi * 400 * np.arange(int(seconds * RATE)) / RATE)
    return np.asarray(wave * 32767 * np.sqrt(2) * 10 ** (dbfs / 20), dtype=np.int16)


def joined(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def test_the_pause_between_two_prompts_is_measured_to_ten_milliseconds() -> None:
    heard = segments(joined(tone(1.0), audio.silence(3.0), tone(0.5)))
    assert heard == [Segment(0.0, 1.0, -20.0), Segment(4.0, 4.5, -20.0)]
    assert pauses(heard) == [3.0]


def test_a_breath_between_two_words_does_not_part_a_prompt() -> None:
    assert len(segments(joined(tone(0.5), audio.silence(0.4), tone(0.5)))) == 1


def test_a_click_is_no_prompt() -> None:
    assert segments(joined(audio.silence(1), tone(0.05), audio.silence(1))) == []


def test_nothing_heard_has_no_segments() -> None:
    assert segments(audio.silence(0)) == []
    assert segments(audio.silence(1)) == []


def test_a_switch_that_sends_nothing_for_three_seconds_leaves_three_seconds_of_silence() -> None:
    tape = Tape(started=100.0)
    for packet in range(50):
        tape.hear(tone(0.02).tobytes(), 100.02 + packet * 0.02)
    for packet in range(50):
        tape.hear(tone(0.02).tobytes(), 104.02 + packet * 0.02)
    heard = segments(tape.finish(106.0))
    assert [(s.start, s.end) for s in heard] == [(0.0, 1.0), (4.0, 5.0)]
    assert tape.seconds == pytest.approx(6.0)


def test_packets_that_come_a_little_late_do_not_segment_what_was_heard() -> None:
    tape = Tape(started=0.0)
    for packet in range(100):
        tape.hear(tone(0.02).tobytes(), 0.02 + packet * 0.02 + (0.03 if packet % 2 else 0.0))
    assert tape.seconds == pytest.approx(2.0)


def test_words_are_noticed_while_they_are_heard_and_a_pause_after_them() -> None:
    tape = Tape(started=0.0)
    for packet in range(25):
        tape.hear(audio.silence(0.02).tobytes(), 0.02 + packet * 0.02)
    assert tape.words_since(0.0) is None
    for packet in range(25):
        tape.hear(tone(0.02).tobytes(), 0.52 + packet * 0.02)
    assert tape.words_since(0.0) == pytest.approx(0.5, abs=0.1)
    assert tape.hears_words(1.1, pause=0.5)
    assert not tape.hears_words(2.0, pause=0.5)
    assert tape.words_since(1.5) is None


def test_a_quiet_caller_speaks_at_the_level_asked_for() -> None:
    assert loudness(audio.at_level(tone(1.0, -12.0), -45.0)) == pytest.approx(-45.0, abs=0.5)


def test_a_noisy_line_is_as_loud_as_asked_for() -> None:
    assert loudness(audio.noise(2.0, -40.0)) == pytest.approx(-40.0, abs=0.5)


def test_words_are_found_again_in_a_recording_of_them() -> None:
    rng = np.random.default_rng(7)
    said = np.asarray(rng.normal(0, 3000, RATE), dtype=np.int16)
    other = np.asarray(rng.normal(0, 3000, 3 * RATE), dtype=np.int16)
    recording = joined(audio.silence(1.2), said, audio.silence(0.5))
    assert likeness(said, recording) == pytest.approx(1.0, abs=0.01)
    assert likeness(said, other) < 0.2
    assert likeness(said, audio.silence(3)) == 0.0


def test_a_lost_packet_does_not_make_words_unknown() -> None:
    rng = np.random.default_rng(7)
    said = np.asarray(rng.normal(0, 3000, 3 * RATE), dtype=np.int16)
    slipped = joined(audio.silence(1), said[:10_000], said[10_160:], audio.silence(1))
    assert likeness(said, slipped) < 0.9
    assert found_in(said, slipped) == pytest.approx(1.0, abs=0.01)
    assert found_in(said, audio.silence(5)) == 0.0
