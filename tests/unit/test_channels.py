"""Holds and INFO keys find the line of their channel, and nobody else's."""

import asyncio
from uuid import uuid4

import pytest

from ami.agent_events import Hold, Unhold
from callflow.call import Barge, Pressed
from callservice.channels import MOST_HELD, Channels
from hep.sip import read
from hep.wire import Copied
from line.line import Line
from tests.waiting import until

CALLER, OTHER = "PJSIP/trunk-00000001", "PJSIP/trunk-00000002"


class Hand:
    """Asterisk's side: which variables were set."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    async def set_variable(self, channel: str, name: str, value: str) -> bool:
        self.told.append((channel, name, value))
        return True


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def channels(hand: Hand) -> Channels:
    return Channels(hand)


@pytest.fixture
def line() -> Line:
    return Line(uuid4(), now=lambda: 0.0)


async def test_a_hold_stops_the_line_and_is_told_to_the_dialplan(
    channels: Channels, hand: Hand, line: Line
) -> None:
    noted: list[str] = []
    with channels.led(CALLER, line, noted.append):
        held = []
        for event in (Hold(OTHER, "x"), Hold(CALLER, "x"), Hold(CALLER, "x"), Unhold(CALLER, "x")):
            channels.hear(event)
            held.append(line.held)
    assert held == [False, True, True, False]
    assert noted == ["put_on_hold", "taken_back"]
    await until(lambda: len(hand.told) == 3, within=1)
    assert hand.told == [(OTHER, "HELD", "1"), (CALLER, "HELD", "1"), (CALLER, "HELD", "")]


async def test_who_is_on_hold_when_a_dialogue_begins_is_on_hold_in_it(
    channels: Channels, line: Line
) -> None:
    channels.hear(Hold(CALLER, "x"))
    with channels.led(CALLER, line, lambda _: None):
        assert line.held


async def test_a_link_that_was_away_leaves_nobody_on_hold(channels: Channels, line: Line) -> None:
    with channels.led(CALLER, line, lambda _: None):
        channels.hear(Hold(CALLER, "x"))
        await channels.forget_holds()
        assert not line.held


async def test_channels_that_ended_on_hold_are_forgotten(channels: Channels, line: Line) -> None:
    for number in range(MOST_HELD + 1):
        channels.hear(Hold(f"PJSIP/trunk-{number:08x}", "x"))
    with channels.led("PJSIP/trunk-00000000", line, lambda _: None):
        assert not line.held


async def test_an_info_goes_to_the_line_of_its_channel(channels: Channels, line: Line) -> None:
    raw = b"INFO sip:x@y SIP/2.0\r\nCSeq: 2 INFO\r\nContent-Type: application/dtmf\r\n\r\n5"
    message = read(raw)
    assert message is not None
    with channels.led(CALLER, line, lambda _: None):
        channels.see(message, Copied("192.0.2.7", "", OTHER, raw))
        channels.see(message, Copied("192.0.2.7", "", CALLER, raw))
    channels.see(message, Copied("192.0.2.7", "", CALLER, raw))
    line.press("5")
    line.press("5")
    assert await line.listen(1.0, Barge.KEY) == Pressed("5", 0.0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.listen(1.0, Barge.KEY), 0.01)
