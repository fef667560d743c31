"""The scripted caller of the unit tests behaves like the real telephone on a real line."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from callflow.call import (
    Barge,
    Call,
    Hangup,
    Language,
    Life,
    Pressed,
    Sound,
    Spoke,
    VoiceBegan,
    VoiceEnded,
)
from callservice.prompts import Prompts
from callservice.telephone import Telephone
from line.line import Line, LineEnded
from line.listened import Passage
from line.vad import VoiceStarted, VoiceStopped
from line.wire import FRAME_SECONDS, packets
from tests.unit.scripted import PROMPT_SECONDS, VOICE_SECONDS, ScriptedCall, pressed, spoke

ZH = Language.CHINESE
WORDS = packets(b"\x01\x02" * int(8000 * PROMPT_SECONDS))
Doing = Callable[[Call], Awaitable[Any]]
Lived = tuple[Any, float]


@dataclass
class RealLine:
    """The real line and telephone on a clock that beats as fast as it can."""

    signs: list[Life] = field(default_factory=list)
    hangs_up_at: float = float("inf")
    now: float = 0.0
    overlooked: bool = False
    """Whether a second hearing finds a voice; this house is its own second opinion."""

    def __post_init__(self) -> None:
        self.line = Line(uuid4(), now=lambda: self.now)
        prompts = Prompts({(ZH, "words"): WORDS})
        self.telephone = Telephone(self.line, prompts, lambda what, **facts: None, self)

    async def voice(self, passage: Passage, within: float) -> bool:
        """Answer for the second opinion."""
        return self.overlooked

    async def live(self, doing: Doing) -> Lived:
        task = asyncio.ensure_future(doing(self.telephone))
        await asyncio.sleep(0)
        while not task.done():
            self.now = round(self.now + FRAME_SECONDS, 6)
            self._happen()
            self.line.next_packet()
            for _ in range(3):
                await asyncio.sleep(0)
        try:
            return task.result(), self.now
        except LineEnded:
            return Hangup, self.now

    def _happen(self) -> None:
        if self.now >= self.hangs_up_at:
            self.line.end()
        for sign in [s for s in self.signs if s.at <= self.now]:
            self.signs.remove(sign)
            if isinstance(sign, Pressed):
                self.line.press(sign.digit)
            else:
                self.line.hearing.voice = True
                self.line.heard([VoiceStarted(sign.at, -20.0)])
                self._ends = sign.at + VOICE_SECONDS
        if self.line.hearing.voice and self.now >= self._ends:
            self.line.hearing.voice = False
            self.line.heard([VoiceStopped(self.now)])


def _sounds_of(signs: list[Life]) -> list[Sound]:
    voices = [sign.at for sign in signs if isinstance(sign, Spoke)]
    return [sound for at in voices for sound in (VoiceBegan(at), VoiceEnded(at + VOICE_SECONDS))]


async def _scripted(signs: list[Life], gone: float, doing: Doing) -> Lived:
    call = ScriptedCall(signs=signs, hangs_up_at=gone, sounds=_sounds_of(signs))
    try:
        return await doing(call), call.now
    except Hangup:
        return Hangup, call.now


async def _says(call: Call, barge: Barge) -> Life | None:
    return await call.say("words", language=ZH, barge=barge)


async def _says_and_then_takes_keys(call: Call) -> tuple[Life | None, Pressed | None]:
    return await _says(call, Barge.NOTHING), await call.await_key(1.0)


async def _overhears(call: Call) -> list[type]:
    """Listen deaf to voices, and ask afterwards what there was."""
    assert call.overhear().sounds == ()
    await call.await_key(3.0)
    return [type(sound) for sound in call.overhear().sounds]


async def _listens_again(call: Call) -> Life | None:
    call.keep()
    life = await call.listen_again(2.0)
    call.let_go()
    return life


SCENES: dict[str, tuple[list[Life], float, Doing]] = {
    "a prompt is said to its end": ([], 99, lambda c: _says(c, Barge.LIFE)),
    "voice cuts a prompt": ([spoke(1.0)], 99, lambda c: _says(c, Barge.LIFE)),
    "a key cuts a prompt": ([pressed("3", 0.5)], 99, lambda c: _says(c, Barge.KEY)),
    "voice does not cut for keys": ([spoke(0.2)], 99, lambda c: _says(c, Barge.KEY)),
    "nothing cuts the farewell": ([spoke(0.2)], 99, lambda c: _says(c, Barge.NOTHING)),
    "a key is kept for who asks": ([pressed("1", 0.5)], 99, _says_and_then_takes_keys),
    "nothing is heard": ([], 99, lambda c: c.listen(3.0)),
    "voice is heard": ([spoke(2.0)], 99, lambda c: c.listen(3.0)),
    "a key is heard": ([pressed("#", 1.5)], 99, lambda c: c.listen(3.0)),
    "voice is heard while all is heard again": ([spoke(1.0)], 99, _listens_again),
    "nothing is heard again": ([], 99, _listens_again),
    "a key is heard at the end of what is heard again": ([pressed("1", 1.9)], 99, _listens_again),
    "the caller goes while all is heard again": ([], 1.0, _listens_again),
    "voice is no key": ([spoke(0.1)], 99, lambda c: c.await_key(2.0)),
    "who overhears hears a voice begin and end": ([spoke(1.0)], 99, _overhears),
    "the caller goes": ([], 1.0, lambda c: c.listen(3.0)),
    "the caller goes in a prompt": ([], 1.0, lambda c: _says(c, Barge.LIFE)),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_scripted_caller_and_real_line_live_the_same(scene: str) -> None:
    signs, gone, doing = SCENES[scene]
    real, real_end = await RealLine(list(signs), gone).live(doing)
    scripted, scripted_end = await _scripted(list(signs), gone, doing)
    assert _kind(real) == _kind(scripted)
    if scripted is not Hangup:
        asked_aside = doing is _listens_again  # which costs a turn of the loop
        frames = 4 if asked_aside else 3
        assert real_end == pytest.approx(scripted_end, abs=frames * FRAME_SECONDS)


@pytest.mark.parametrize("overlooked", [True, False])
async def test_a_voice_that_was_overlooked_is_a_sign_of_life_for_both(overlooked: bool) -> None:
    real, real_end = await RealLine(overlooked=overlooked).live(_listens_again)
    scripted = ScriptedCall(overlooked=overlooked)
    assert _kind(real) == _kind(await _listens_again(scripted))
    assert real_end == pytest.approx(scripted.now, abs=4 * FRAME_SECONDS)


def _kind(lived: Any) -> Any:
    """Return what happened without its moment."""
    match lived:
        case Spoke():
            return Spoke
        case Pressed(digit, _):
            return digit
        case (first, second):
            return _kind(first), _kind(second)
        case _:
            return lived
