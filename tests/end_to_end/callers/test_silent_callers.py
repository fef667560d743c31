"""Only a caller who stays silent or too quiet is hung up on; one sign of life, and the call lives.

SIL-1, SIL-3, SIL-6; bar b: pauses of 3.0 ± 0.2 s and 2.0 ± 0.2 s as the caller hears them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import RATE, Samples, pauses
from caller.phone import Phone
from sounds.sound import from_mulaw
from tests.end_to_end.house import House
from tests.end_to_end.people import after_the_answer, said_to

pytestmark = pytest.mark.real

SHIPPED = Path(__file__).parents[3] / "sounds/shipped"
SIL1 = ["sil1_first", "sil1_second", "sil1_third"]


WHISPER, NORMAL = -50.0, -22.0
"""dBFS of a voice that can hardly be heard, and of one that can."""
HARDLY_THERE = -70.0
"""dBFS of one that the live detector misses."""


async def test_only_who_stays_silent_or_too_quiet_is_hung_up_on(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with asyncio.TaskGroup() as callers:  # all at once: they mostly wait
        callers.create_task(_is_silent(house, phone))
        callers.create_task(_is_overlooked(house, phone))
        callers.create_task(_give_a_sign_of_life(house, phone, words))
        callers.create_task(_stays_too_quiet(house, phone, words))
        for asked in range(3):
            callers.create_task(_speaks_up(house, phone, words, asked=asked))


async def _is_silent(house: House, phone: Phone) -> None:
    """SIL-1: hears three prompts with their pauses, and is hung up on."""
    call = await phone.call(house.settings.hotline_number, ref="silent-1")
    await call.ended(within=45)
    heard = call.words(gap=0.9)
    assert len(heard) == 4, f"greeting and three prompts: {heard}"
    assert pauses(heard) == pytest.approx([3.0, 3.0, 3.0], abs=0.2)
    assert call.ended_by == "there"
    assert (call.moment("ended") or 0) - heard[-1].end == pytest.approx(2.0, abs=0.2)
    row = await house.call_of("silent-1")
    assert (row["sil_outcome"], row["disposition"], row["hung_up_by"]) == (
        "silent",
        "silent",
        "system",
    )
    assert (await said_to(house, row))[-3:] == SIL1


async def _is_overlooked(house: House, phone: Phone) -> None:
    """SIL-1: one word too soft for the live detector is found before we hang up."""
    call = await phone.call(house.settings.hotline_number, ref="overlooked")
    await _come_to(call, Moment(prompt=1, in_pause=True))
    await call.says(audio.at_level(_hardly_a_word(), HARDLY_THERE))
    await call.waits(20.0)  # the second and the third prompt, their pauses, and into the menu
    await call.hangs_up()
    row = await house.call_of("overlooked")
    assert (await said_to(house, row))[1:] == [*SIL1, "menu"]
    assert row["sil_outcome"] == "alive"
    assert await after_the_answer(house, row, {"second_opinion"})


def _hardly_a_word() -> Samples:
    """Half a second of the voice of our own menu."""
    said = from_mulaw((SHIPPED / "zh/menu.ulaw").read_bytes()).samples[: RATE // 2]
    return np.asarray(said * 32767, np.int16)


@dataclass(frozen=True)
class Moment:
    """When a sign of life is given: in the n-th prompt heard, or in the pause after it."""

    prompt: int
    in_pause: bool

    def __str__(self) -> str:
        return f"{'pause' if self.in_pause else 'prompt'}-{self.prompt}"


MOMENTS = [Moment(prompt, in_pause) for prompt in range(4) for in_pause in (False, True)]


async def _give_a_sign_of_life(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    """SIL-1: a voice or a key at any moment ends the sequence within half a second."""

    async def lives(moment: Moment, sign: str) -> Leg:
        call = await phone.call(house.settings.hotline_number, ref=f"{sign}-{moment}")
        await _come_to(call, moment)
        if sign == "key":
            await call.presses("5")
        else:
            await call.says(words(1.6))
        await call.waits(3.0)  # long enough for the menu to begin
        await call.hangs_up()
        return call

    lived = [(moment, sign) for moment in MOMENTS for sign in ("voice", "key")]
    calls = await asyncio.gather(*(lives(*each) for each in lived))
    for call, (moment, sign) in zip(calls, lived, strict=True):
        await _the_sequence_ended(house, call, moment, ref=f"{sign}-{moment}")


async def _come_to(call: Leg, moment: Moment) -> None:
    await call.answered()
    for _ in range(moment.prompt):
        await call.hears_words(within=6)
        await call.hears_pause(0.9, within=10)
    await call.hears_words(within=6)
    if moment.in_pause:
        await call.hears_pause(1.0, within=10)
    else:
        await call.waits(0.6)


async def _the_sequence_ended(house: House, call: Leg, moment: Moment, *, ref: str) -> None:
    row = await house.call_of(ref)
    said = await said_to(house, row)
    assert said[-1] == "menu", f"{moment}: {said}"
    assert said[1:-1] == SIL1[: moment.prompt], f"{moment}: {said}"
    assert row["sil_outcome"] == "alive"
    sign = _sign(call)
    noticed = await after_the_answer(house, row, {"barged", "heard"})
    late = noticed[0] - (sign - (call.moment("answered") or 0.0))
    assert late <= 0.5, f"{moment}: noticed {late:.2f} s after it was given"
    # A voice is heard out and after a key another may follow (SIL-2): the menu comes later.
    still = [s for s in call.words(gap=0.05) if s.end > sign + 0.5 and s.start < sign + 0.75]
    assert not still, f"{moment}: heard {still}, the sign was given at {sign}"


def _sign(call: Leg) -> float:
    """Return when the caller gave the sign of life."""
    given = call.moment("spoke") or call.moment("pressed")
    assert given is not None
    return given


async def _stays_too_quiet(house: House, phone: Phone, words: Callable[[float], Samples]) -> None:
    """SIL-3: asked twice to speak up, and sent away."""
    call = await phone.call(house.settings.hotline_number, ref="quiet")
    await _speaks(call, [WHISPER, WHISPER, WHISPER], words)
    await call.ended(within=20)
    row = await house.call_of("quiet")
    assert (await said_to(house, row))[1:] == ["sil3_louder", "sil3_louder", "sil3_goodbye"]
    assert (row["sil_outcome"], row["disposition"]) == ("too_quiet", "too_quiet")
    assert call.ended_by == "there"


async def _speaks_up(
    house: House, phone: Phone, words: Callable[[float], Samples], *, asked: int
) -> None:
    """SIL-3: with a voice the call goes on, however often it took to ask."""
    call = await phone.call(house.settings.hotline_number, ref=f"speaks-up-{asked}")
    await _speaks(call, [WHISPER] * asked + [NORMAL], words)
    await call.hears_words(within=8)
    await call.hangs_up()
    row = await house.call_of(f"speaks-up-{asked}")
    assert (await said_to(house, row))[1:] == ["sil3_louder"] * asked + ["menu"]
    assert row["sil_outcome"] == "alive"


async def _speaks(call: Leg, levels: list[float], words: Callable[[float], Samples]) -> None:
    """Answer each prompt after its end, at the next level of the list."""
    await call.answered()
    for level in levels:
        await call.hears_words(within=12)
        await call.hears_pause(0.8, within=12)
        await call.says(audio.at_level(words(3.0), level))
