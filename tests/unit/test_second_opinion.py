"""What is kept for a second opinion, the rule of it, and what happens without an answer (SIL-1)."""

import time
from math import isnan, nan
from uuid import uuid4

import numpy as np
import pytest

from line.line import Line
from line.listened import MOST_FRAMES, Listened, Passage
from line.own_echo import without_echo
from line.second_opinion import Floats, SecondOpinion, gain
from line.second_rule import a_voice
from line.ticker import Ticker
from line.vad import VoiceActivity
from line.vad_features import FRAME_BYTES
from line.wire import packets

FRAME = b"\x01\x02" * (FRAME_BYTES // 2)
CHUNKS = 100
FRAMES = 160
NONE = np.full((2, CHUNKS), 0.02, np.float32)


def _passage(frames: int = 50) -> Passage:
    listened = Listened()
    for _ in range(frames):
        listened.add(FRAME, -5.0, None)
    return listened.passage()


def test_a_line_keeps_thirty_seconds_and_of_more_the_newest() -> None:
    listened = Listened()
    for number in range(3 * MOST_FRAMES):
        listened.add(number.to_bytes(2, "little") * (FRAME_BYTES // 2), float(number), None)
        assert len(listened) <= MOST_FRAMES + 50
    passage = listened.passage()
    assert len(passage.audio) <= (MOST_FRAMES + 50) * FRAME_BYTES <= 496_000
    assert passage.scores[-1] == 3 * MOST_FRAMES - 1
    assert int.from_bytes(passage.audio[-2:], "little") == 3 * MOST_FRAMES - 1
    assert len(passage.audio) == len(passage.scores) * FRAME_BYTES == len(passage.prompt)


def test_audio_of_another_length_keeps_its_place_in_time() -> None:
    listened = Listened()
    listened.add(b"\x01\x02", None, FRAME)
    listened.add(FRAME + FRAME, 1.0, b"")
    passage = listened.passage()
    assert len(passage.audio) == 2 * FRAME_BYTES
    assert isnan(passage.scores[0])
    assert passage.prompt == FRAME + bytes(FRAME_BYTES)


def test_the_rest_is_the_end_of_what_was_kept() -> None:
    rest = _passage(50).last(10)
    size = 10 * FRAME_BYTES
    assert (len(rest.audio), len(rest.scores), len(rest.prompt)) == (size, 10, size)


class Quiet:
    """A leg that brings one frame a tick."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def send(self, packet: bytes) -> None:
        """Takes what is played."""

    def receive(self) -> None:
        self.line.frames.append(FRAME)


def test_a_line_keeps_nothing_before_sil1_and_nothing_after() -> None:
    line, ticker = Line(uuid4(), now=lambda: 0.0), Ticker(VoiceActivity())
    ticker.add(line, Quiet(line))
    ticker._beat(0.02)
    assert line.listened is None
    assert line.kept() == Passage(b"", (), b"")
    line.keep()
    ticker._beat(0.04)
    assert line.kept().audio == FRAME
    line.let_go()
    ticker._beat(0.06)
    assert line.listened is None


def test_what_we_play_is_kept_beside_what_came() -> None:
    line, ticker = Line(uuid4(), now=lambda: 0.0), Ticker(VoiceActivity())
    ticker.add(line, Quiet(line))
    line.keep()
    line._packets = packets(FRAME * 2)
    for tick in range(3):
        ticker._beat(tick / 50)
    assert line.kept().prompt == FRAME * 2 + bytes(FRAME_BYTES)


def test_a_line_that_ends_drops_what_it_kept() -> None:
    line = Line(uuid4(), now=lambda: 0.0)
    line.keep()
    line.end()
    assert line.listened is None


class Deaf(SecondOpinion):
    """Takes its time, or fails."""

    def __init__(self, *, seconds: float = 0.0, fault: Exception | None = None) -> None:
        super().__init__()
        self.seconds, self.fault = seconds, fault

    def probabilities(self, passage: Passage) -> Floats:
        time.sleep(self.seconds)
        if self.fault:
            raise self.fault
        return np.full((2, len(passage.audio) // 512), 0.99, np.float32)


async def test_an_opinion_that_comes_too_late_is_none() -> None:
    began = time.monotonic()
    assert not await Deaf(seconds=0.6).voice(_passage(), 0.1)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    "fault", [ImportError("no weights"), RuntimeError("broken"), MemoryError()]
)
async def test_a_fault_leaves_the_first_opinion_standing(fault: Exception) -> None:
    assert not await Deaf(fault=fault).voice(_passage(), 1.0)


async def test_nothing_kept_is_not_asked_about() -> None:
    assert not await Deaf(fault=RuntimeError()).voice(Listened().passage(), 1.0)


def test_a_quiet_line_is_made_louder_and_a_silent_one_not_beyond_bounds() -> None:
    rng = np.random.default_rng(1)
    quiet = (rng.standard_normal(8000) * 0.001).astype(np.float32)
    assert 40 < gain(quiet) < 100
    assert gain(np.zeros(8000, np.float32)) == 100.0
    assert gain(np.zeros(0, np.float32)) == 1.0


def test_no_voice_is_heard_where_neither_hears_one() -> None:
    assert not a_voice(NONE, (-5.0,) * FRAMES)
    assert not a_voice(np.zeros((2, 0), np.float32), ())


def test_a_voice_that_only_the_second_hears_is_one() -> None:
    said = NONE.copy()
    said[:, 40:60] = 0.99
    assert a_voice(said, (-1.5,) * FRAMES)


def test_what_the_first_opinion_speaks_against_is_none() -> None:
    said = NONE.copy()
    said[:, 40:60] = 0.99
    assert not a_voice(said, (-9.0,) * FRAMES)


def test_what_both_all_but_heard_is_a_voice_and_at_another_moment_it_is_not() -> None:
    said = NONE.copy()
    said[:, 40:60] = 0.3
    scores = [-9.0] * FRAMES
    scores[66:90] = [0.5] * 24
    assert a_voice(said, scores)
    assert not a_voice(said, [0.5] * 24 + [-9.0] * (FRAMES - 24))


def test_our_own_prompt_is_taken_out_of_what_came_and_a_caller_stays() -> None:
    rng = np.random.default_rng(7)
    prompt, caller = rng.standard_normal((2, 40_000)).astype(np.float32) * 0.1
    back = np.zeros_like(prompt)
    back[900:] = 0.05 * prompt[:-900] - 0.02 * prompt[60 : len(prompt) - 840]
    left = without_echo(back, prompt)
    assert np.sqrt(np.mean(left**2)) < 0.1 * np.sqrt(np.mean(back**2))
    caller = caller * 0.01
    assert np.sqrt(np.mean((without_echo(back + caller, prompt) - caller) ** 2)) < 0.0005


def test_without_a_prompt_nothing_is_taken_out() -> None:
    heard = np.ones(800, np.float32)
    assert without_echo(heard, np.zeros(800, np.float32)) is heard


def test_without_the_first_opinion_the_second_decides_alone() -> None:
    said = NONE.copy()
    said[:, 40:60] = 0.99
    assert a_voice(said, (nan,) * FRAMES)
