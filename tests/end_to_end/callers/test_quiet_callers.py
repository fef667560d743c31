"""Who speaks too low is asked twice to speak up; with a voice the call goes on (SIL-3)."""

import asyncio
from collections.abc import Callable

import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import House
from tests.end_to_end.people import said_to

pytestmark = pytest.mark.real

WHISPER, NORMAL = -50.0, -22.0


async def _speaks(call: Leg, levels: list[float], words: Callable[[float], Samples]) -> None:
    """Answer each prompt after its end, at the next level of the list."""
    await call.answered()
    for level in levels:
        await call.hears_words(within=12)
        await call.hears_pause(0.8, within=12)
        await call.says(audio.at_level(words(3.0), level))


async def test_who_stays_too_quiet_is_asked_twice_and_then_sent_away(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="quiet")
    await _speaks(call, [WHISPER, WHISPER, WHISPER], words)
    await call.ended(within=20)
    row = await house.call_of("quiet")
    assert (await said_to(house, row))[1:] == ["sil3_louder", "sil3_louder", "sil3_goodbye"]
    assert (row["sil_outcome"], row["disposition"]) == ("too_quiet", "too_quiet")
    assert call.ended_by == "there"


async def test_who_speaks_up_when_asked_comes_to_the_menu(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async def speaks_up(after: int) -> None:
        call = await phone.call(house.settings.hotline_number, ref=f"speaks-up-{after}")
        await _speaks(call, [WHISPER] * after + [NORMAL], words)
        await call.hears_words(within=8)
        await call.hangs_up()
        row = await house.call_of(f"speaks-up-{after}")
        said = await said_to(house, row)
        assert said[1:] == ["sil3_louder"] * after + ["menu"]
        assert row["sil_outcome"] == "alive"

    await asyncio.gather(speaks_up(1), speaks_up(2))


async def test_who_speaks_at_a_normal_level_is_not_asked_to_speak_up(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="loud-enough")
    await _speaks(call, [NORMAL], words)
    await call.hears_words(within=8)
    await call.hangs_up()
    assert (await said_to(house, await house.call_of("loud-enough")))[1:] == ["menu"]
