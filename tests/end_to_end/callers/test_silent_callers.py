"""A caller who is silent is asked three times and hung up on; one sign of life, and the call lives.

SIL-1, SIL-6; bar b: pauses of 3.0 ± 0.2 s and 2.0 ± 0.2 s as the caller hears them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from caller.leg import Leg
from caller.listen import Samples, pauses
from caller.phone import Phone
from tests.end_to_end.house import House
from tests.end_to_end.people import after_the_answer, said_to

pytestmark = pytest.mark.real

SIL1 = ["sil1_first", "sil1_second", "sil1_third"]


async def test_a_silent_caller_hears_three_prompts_with_their_pauses_and_is_hung_up_on(
    house: House, phone: Phone
) -> None:
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


@dataclass(frozen=True)
class Moment:
    """When a sign of life is given: in the n-th prompt heard, or in the pause after it."""

    prompt: int
    in_pause: bool

    def __str__(self) -> str:
        return f"{'pause' if self.in_pause else 'prompt'}-{self.prompt}"


MOMENTS = [Moment(prompt, in_pause) for prompt in range(4) for in_pause in (False, True)]


async def test_a_voice_or_a_key_at_any_moment_ends_the_sequence_within_half_a_second(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
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
