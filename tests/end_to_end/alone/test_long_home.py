"""A home whose path is longer than what Asterisk takes: calls are answered, and kept."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import WITHOUT_DESK, started
from tests.end_to_end.people import answers_the_greeting

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize("length", [20, 120], ids=["a section's name", "a socket's path"])
async def test_a_call_is_answered_and_is_a_row_with_its_recording(
    words: Callable[[float], Samples], length: int
) -> None:
    above = Path(tempfile.mkdtemp(prefix="ring-"))
    try:
        home = above / "the-hotline-of-the-whole-province" / ("x" * length)
        home.mkdir(parents=True)
        with started(home, parts=WITHOUT_DESK) as house:
            async with Phone(port=house.settings.sip_port) as phone:
                call = await phone.call(house.settings.hotline_number, ref="long")
                await answers_the_greeting(call, words(1.5))
                await call.hangs_up()
            row = await house.call_of("long")
            assert row["answered"] is not None
            assert (await house.recording_of(row))["state"] == "stored"
    finally:
        shutil.rmtree(above, ignore_errors=True)
