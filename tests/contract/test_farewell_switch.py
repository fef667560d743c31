"""What is asked of Asterisk before it is ended: it tells whether calls go on, and ends them."""

import asyncio

import pytest

from supervisor import farewell
from tests.contract.small_asterisk import SECRET, SmallAsterisk
from tests.waiting import until

pytestmark = pytest.mark.real


async def test_calls_are_counted_and_those_that_talk_are_hung_up(
    small_asterisk: SmallAsterisk,
) -> None:
    def count() -> int:
        return farewell.channels(small_asterisk.ami_port, SECRET)

    assert await asyncio.to_thread(count) == 0
    words = "channel originate Local/wait@callers application Wait 60"
    await asyncio.to_thread(small_asterisk.console, words)
    await until(lambda: asyncio.to_thread(count), within=10)

    def ended() -> int:
        return farewell.hang_up_answered(small_asterisk.ami_port, SECRET)

    await until(lambda: asyncio.to_thread(ended), within=10)  # both halves ring for a moment
    await until(lambda: _none(count), within=10)


async def _none(count: object) -> bool:
    assert callable(count)
    return not await asyncio.to_thread(count)
