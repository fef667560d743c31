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


async def test_who_stays_too_quiet_is_sent_away_and_who_speaks_up_when_asked_is_not(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async def stays_quiet() -> None:
        call = await phone.call(house.settings.hotline_number, ref="quiet")
        await _speaks(call, [WHISPER, WHISPER, WHISPER], words)
        await call.ended(within=20)
        row = await house.call_of("quiet")
        assert (await said_to(house, row))[1:] == ["sil3_louder", "sil3_louder", "sil3_goodbye"]
        assert (row["sil_outcome"], row["disposition"]) == ("too_quiet", "too_quiet")
        assert call.ended_by == "there"

    async def speaks_up(after: int) -> None:
        call = await phone.call(house.settings.hotline_number, ref=f"speaks-up-{after}")
        await _speaks(call, [WHISPER] * after + [NORMAL], words)
        await call.hears_words(within=8)
        await call.hangs_up()
        row = await house.call_of(f"speaks-up-{after}")
        said = await said_to(house, row)
        assert said[1:] == ["sil3_louder"] * after + ["menu"]
        assert row["sil_outcome"] == "alive"

    await asyncio.gather(stays_quiet(), *(speaks_up(after) for after in range(3)))
