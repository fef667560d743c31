"""Asterisk is killed during recorded calls: what was said is kept up to the last 2.5 s.

The calls are closed as `switch_crash`, everything comes back by itself, nothing is there twice.
"""

import asyncio
import signal
from collections.abc import Callable

import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import House
from tests.waiting import until

pytestmark = pytest.mark.real
FEW, MANY = 5, 20
LOST_AT_MOST = 2.5
"""Seconds at the end of a recording that a killed Asterisk may take with it."""


@pytest.mark.parametrize("callers", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
async def test_asterisk_is_killed_during_many_calls(
    house: House, phone: Phone, words: Callable[[float], Samples], callers: int
) -> None:
    refs = [f"crash-{callers}-{n}" for n in range(callers)]

    async def talks(ref: str) -> Leg:
        call = await phone.call(house.settings.hotline_number, ref=ref)
        await call.answered()
        await call.says(words(6.0))
        return call

    calls = await asyncio.gather(*(talks(ref) for ref in refs))
    died_at = [call.now - (call.moment("answered") or 0.0) for call in calls]
    before = house.signal("asterisk", signal.SIGKILL)
    await house.is_back("asterisk", after=before)
    for ref, seconds in zip(refs, died_at, strict=True):
        row = await house.call_of(ref, within=30)
        assert (row["disposition"], row["hung_up_by"]) == ("switch_crash", "switch")
        recording = await house.recording_of(row)
        assert recording["state"] == "repaired"
        left, _ = audio.read_stereo(house.settings.paths.store / recording["path"])
        assert len(left) / 8000 >= seconds - LOST_AT_MOST, f"{len(left) / 8000} of {seconds} s"
        gaps = await house.rows("SELECT * FROM recording_gaps WHERE call_id = :id", id=row["id"])
        assert len(gaps) <= 1
    for call in calls:
        await call.hangs_up()
    await until(
        lambda: house.figures("calls.json", fresh_within=2.0).get("ami") is True,
        within=20,
        what="the service is linked to the new Asterisk",
    )
    again = await phone.call(house.settings.hotline_number, ref=f"after-{callers}-died")
    await again.answered()
    await again.hears_words()
    await again.hangs_up()
    assert (await house.call_of(f"after-{callers}-died"))["disposition"] == "abandoned_dialogue"


async def test_an_asterisk_that_hangs_is_killed_and_calls_are_answered_again(
    house: House, phone: Phone
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="hangs")
    await call.answered()
    before = house.signal("asterisk", signal.SIGSTOP)
    await house.is_back("asterisk", after=before, within=60)
    row = await house.call_of("hangs", within=30)
    assert (row["disposition"], row["hung_up_by"]) == ("switch_crash", "switch")
    await call.hangs_up()
    again = await phone.call(house.settings.hotline_number, ref="after-the-hang")
    await again.answered()
    await again.hears_words()
    await again.hangs_up()
