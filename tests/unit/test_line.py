"""One line: prompts, barging in, keys typed ahead, and the end, without a socket or a clock."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import pytest

from callflow.call import Barge, Life, Pressed, Spoke
from line.line import Line, LineEnded
from line.vad import VoiceStarted, VoiceStopped
from line.wire import SILENCE, packets

PROMPT = packets(b"\x01\x02" * 160 * 5)
"""100 ms of words."""


class Beats:
    """A clock that a test moves, 20 ms a beat."""

    def __init__(self) -> None:
        self.now = 0.0
        self.line = Line(uuid4(), now=lambda: self.now)
        self.sent: list[bytes] = []

    async def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 0.02
            self.sent.append(self.line.next_packet())
            await asyncio.sleep(0)
            await asyncio.sleep(0)


def _start(wait: Coroutine[Any, Any, Life | None]) -> asyncio.Task[Life | None]:
    return asyncio.create_task(wait)


async def test_a_prompt_is_played_whole_and_then_there_is_silence() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(7)
    assert beats.sent == [*PROMPT, SILENCE, SILENCE]
    assert await saying is None


async def test_voice_during_a_prompt_cuts_it_at_the_next_packet() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(2)
    beats.line.heard([VoiceStarted(0.04, -20.0)])
    await asyncio.sleep(0)
    await beats.beat(2)
    assert await saying == Spoke(0.04)
    assert beats.sent == [*PROMPT[:2], SILENCE, SILENCE]


async def test_voice_does_not_cut_a_prompt_that_only_keys_may_cut() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.KEY))
    await asyncio.sleep(0)
    beats.line.heard([VoiceStarted(0.0, -20.0), VoiceStopped(0.02)])
    await beats.beat(3)
    beats.line.press("4")
    assert await saying == Pressed("4", beats.now)


async def test_a_key_typed_ahead_is_taken_by_the_next_who_asks_for_keys() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.NOTHING))
    await asyncio.sleep(0)
    beats.line.press("1")
    await beats.beat(5)
    assert await saying is None
    assert await beats.line.listen(3.0, Barge.KEY) == Pressed("1", 0.0)


async def test_a_voice_that_is_still_heard_counts_and_one_that_is_gone_does_not() -> None:
    beats = Beats()
    beats.line.heard([VoiceStarted(0.0, -20.0), VoiceStopped(0.3)])
    listening = _start(beats.line.listen(0.1, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(7)
    assert await listening is None
    beats.line.hearing.voice = True
    assert isinstance(await beats.line.listen(0.01, Barge.LIFE), Spoke)


async def test_whoever_waits_is_told_when_the_line_ends() -> None:
    beats = Beats()
    listening = _start(beats.line.listen(60.0, Barge.LIFE))
    await asyncio.sleep(0)
    beats.line.end()
    with pytest.raises(LineEnded):
        await listening
    with pytest.raises(LineEnded):
        await beats.line.say(PROMPT, Barge.LIFE)


async def test_a_late_loop_keeps_the_newest_second_of_the_caller() -> None:
    line = Beats().line
    line.frames.extend(bytes([n]) for n in range(80))
    assert line.frames[0] == bytes([30])


async def test_a_prompt_that_was_cut_by_a_hold_begins_again_afterwards() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(2)
    beats.line.hold()
    await beats.beat(100)
    beats.line.resume()
    await beats.beat(5)
    assert beats.sent == [*PROMPT[:2], *[SILENCE] * 100, *PROMPT]
    assert await saying is None


async def test_seconds_on_hold_are_no_silence_of_the_caller() -> None:
    beats = Beats()
    listening = _start(beats.line.listen(1.0, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(25)
    beats.line.hold()
    await beats.beat(3000)  # a minute
    assert not listening.done()
    beats.line.resume()
    await beats.beat(24)
    assert not listening.done(), "half a second is left"
    await beats.beat(2)
    assert await listening is None


async def test_a_prompt_that_was_said_is_not_said_again_after_a_hold() -> None:
    beats = Beats()
    saying = _start(beats.line.say(PROMPT, Barge.LIFE))
    await asyncio.sleep(0)
    await beats.beat(6)
    await saying
    beats.line.hold()
    beats.line.resume()
    await beats.beat(2)
    assert beats.sent[-2:] == [SILENCE, SILENCE]


async def test_a_key_counts_on_hold_too() -> None:
    beats = Beats()
    listening = _start(beats.line.listen(1.0, Barge.LIFE))
    await asyncio.sleep(0)
    beats.line.hold()
    beats.line.press("5")
    assert await listening == Pressed("5", 0.0)


async def test_a_press_that_an_info_tells_too_is_one_key() -> None:
    beats = Beats()
    beats.line.press("5")
    beats.line.informed("5")
    beats.line.press("5")
    assert await beats.line.listen(1.0, Barge.KEY) == Pressed("5", 0.0)
    second = _start(beats.line.listen(0.1, Barge.KEY))
    await asyncio.sleep(0)
    await beats.beat(6)
    assert await second is None
