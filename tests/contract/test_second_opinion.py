"""The real weights of the second opinion, on our own prompts as callers and as echoes (SIL-1)."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from line.listened import Listened, Passage
from line.second_opinion import Floats, SecondOpinion
from line.vad import FRAME_BYTES, VoiceActivity, VoiceDecision
from sounds.sound import from_mulaw

RATE = 8000
PROMPTS = Path(__file__).parents[2] / "sounds/shipped"
WORDS = ("zh/sil1_first", "zh/sil1_second", "zh/menu", "en/menu", "en/sil1_third")


@cache
def _said(name: str) -> Floats:
    return np.asarray(from_mulaw((PROMPTS / f"{name}.ulaw").read_bytes()).samples, np.float32)


def _line(seconds: float = 20.0) -> Floats:
    """A line with a little noise, -75 dBFS."""
    rng = np.random.default_rng(3)
    return (rng.standard_normal(int(seconds * RATE)) * 0.00018).astype(np.float32)


def _with(line: Floats, sound: Floats, *, at: float, dbfs: float) -> Floats:
    loud = sound[np.abs(sound) > 0.3 * np.abs(sound).max()]
    begin = int(at * RATE)
    mixed = line.copy()
    span = slice(begin, begin + len(sound))
    level = np.float32(10 ** (dbfs / 20) / np.sqrt(np.mean(loud**2)))
    mixed[span] += level * sound[: len(mixed[span])]
    return mixed


def _listened(heard: Floats, ours: Floats | None = None) -> Passage:
    """What a line would have kept, with what the live detector made of it."""
    ear, hearing, listened = VoiceActivity(), VoiceDecision(), Listened()
    audio = (heard * 32767).astype("<i2").tobytes()
    prompt = b"" if ours is None else (ours * 32767).astype("<i2").tobytes()
    for at in range(0, len(audio), FRAME_BYTES):
        frame, played = audio[at : at + FRAME_BYTES], prompt[at : at + FRAME_BYTES] or None
        ear.hear_one(hearing, frame, at / 16000, prompt=played)
        listened.add(frame, hearing.score, played)
    return listened.passage()


def _heard_live(heard: Floats) -> bool:
    ear, hearing = VoiceActivity(), VoiceDecision()
    audio = (heard * 32767).astype("<i2").tobytes()
    frames = [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]
    return any(ear.hear_one(hearing, frame, tick / 50) for tick, frame in enumerate(frames))


async def _voice(passage: Passage) -> bool:
    opinion = SecondOpinion()
    try:
        return await opinion.voice(passage, 20.0)
    finally:
        opinion.close()


@pytest.mark.parametrize("dbfs", [-20.0, -52.0])
@pytest.mark.parametrize("name", WORDS)
async def test_a_caller_is_heard_loud_and_quiet(name: str, dbfs: float) -> None:
    one_word = _said(name)[: int(0.9 * RATE)]
    assert await _voice(_listened(_with(_line(), one_word, at=11.0, dbfs=dbfs)))


async def test_a_word_that_the_live_detector_misses_is_heard() -> None:
    heard = _with(_line() * 0, _said("zh/menu")[: RATE // 2], at=11.0, dbfs=-61.0)
    assert not _heard_live(heard)
    assert await _voice(_listened(heard))


async def test_silence_and_hum_are_no_voice() -> None:
    assert not await _voice(_listened(_line() * 0))
    assert not await _voice(_listened(_line()))
    seconds = np.arange(20 * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * seconds) / k for k in range(1, 9))
    assert not await _voice(_listened(_line() + np.asarray(hum, np.float32) * 0.01))


def _ours() -> tuple[Floats, Floats]:
    """Our prompts as we play them, and as a poor adapter sends them back."""
    ours = _line() * 0
    for name, at in (("sil1_first", 0.0), ("sil1_second", 7.0), ("sil1_third", 13.0)):
        words = _said(f"zh/{name}")[: int(6.9 * RATE)]
        ours[int(at * RATE) :][: len(words)] += words[: len(ours) - int(at * RATE)]
    back = np.zeros_like(ours)
    back[640:] = ours[:-640] * 0.03 - 0.01 * np.roll(ours, 25)[:-640]
    return ours, back


async def test_our_own_prompt_coming_back_is_no_voice() -> None:
    ours, back = _ours()
    assert not await _voice(_listened(_line() + back, ours))


async def test_a_caller_over_the_echo_of_our_prompt_is_heard() -> None:
    ours, back = _ours()
    speech = _said("en/menu")[:RATE]
    assert await _voice(_listened(_with(_line() + back, speech, at=8.0, dbfs=-40.0), ours))


async def test_a_whole_sequence_is_heard_well_within_its_limit() -> None:
    """SIL-1's pause is 2 s: a tenth of that is the work on a machine with nothing else to do."""
    opinion = SecondOpinion()
    opinion.load()
    assert not await opinion.voice(_listened(_line(24.0)), 1.55)
    opinion.close()
