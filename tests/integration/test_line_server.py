"""The AudioSocket port over real sockets: legs become lines, strangers cost nothing."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from callflow.call import Barge, Pressed
from line.line import LineEnded
from line.server import UNNAMED, LineServer
from line.ticker import Ticker
from line.vad import VoiceActivity
from line.wire import AUDIO_HEADER, FRAME_BYTES, GOODBYE, packets

TONE = packets(b"".join(struct.pack("<h", 8000 * (-1) ** n) for n in range(1600)))
"""200 ms of something that is not silence."""


@asynccontextmanager
async def _serving() -> AsyncIterator[tuple[LineServer, int]]:
    ticker = Ticker(VoiceActivity())
    server = LineServer(ticker)
    port = await server.start("127.0.0.1", 0)
    beating = asyncio.create_task(ticker.run())
    try:
        yield server, port
    finally:
        beating.cancel()
        await server.close()


@pytest.fixture
async def serving() -> AsyncIterator[tuple[LineServer, int]]:
    async with _serving() as both:
        yield both


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _leg(port: int, leg: UUID) -> Stream:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x01\x00\x10" + leg.bytes)
    return reader, writer


async def test_the_caller_hears_the_prompt_whole_and_in_order(
    serving: tuple[LineServer, int],
) -> None:
    server, port = serving
    line = server.expect(uuid4())
    reader, writer = await _leg(port, line.leg)
    await line.opened.wait()
    assert await line.say(TONE, Barge.LIFE) is None
    heard = b""
    while TONE[-1][3:] not in heard or heard.count(TONE[0][3:]) < len(TONE):
        header = await reader.readexactly(3)
        assert header == AUDIO_HEADER
        heard += await reader.readexactly(FRAME_BYTES)
    assert b"".join(packet[3:] for packet in TONE) in heard
    writer.close()


async def test_a_key_reaches_who_listens_and_the_end_of_the_leg_too(
    serving: tuple[LineServer, int],
) -> None:
    server, port = serving
    line = server.expect(uuid4())
    _, writer = await _leg(port, line.leg)
    await line.opened.wait()
    writer.write(b"\x03\x00\x017")
    key = await line.listen(5.0, Barge.LIFE)
    assert isinstance(key, Pressed)
    assert key.digit == "7"
    writer.close()
    with pytest.raises(LineEnded):
        await line.listen(5.0, Barge.LIFE)


async def test_closing_a_line_says_goodbye_to_asterisk(serving: tuple[LineServer, int]) -> None:
    server, port = serving
    line = server.expect(uuid4())
    reader, writer = await _leg(port, line.leg)
    await line.opened.wait()
    line.close()
    assert (await reader.read()).endswith(GOODBYE)
    writer.close()


@pytest.mark.parametrize(
    "words", [b"", b"\x01\x00\x10" + uuid4().bytes, b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 1_048_576]
)
async def test_who_names_no_expected_leg_is_turned_away(
    serving: tuple[LineServer, int], words: bytes
) -> None:
    _, port = serving
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        await writer.drain()
        async with asyncio.timeout(5):
            assert await reader.read() == b""
    except ConnectionError:
        pass  # as good a way to be turned away
    finally:
        writer.close()


async def test_a_crowd_that_says_nothing_does_not_delay_a_running_line(
    serving: tuple[LineServer, int],
) -> None:
    server, port = serving
    line = server.expect(uuid4())
    reader, writer = await _leg(port, line.leg)
    await line.opened.wait()
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(UNNAMED * 2)]
    late = server.expect(uuid4())
    _, second = await _leg(port, late.leg)
    async with asyncio.timeout(5):
        await late.opened.wait()  # a real leg gets in past them
        started = time.monotonic()
        assert await line.say(TONE, Barge.LIFE) is None
    print(f"200 ms of words took {time.monotonic() - started:.3f} s beside {len(crowd)} strangers")
    assert await reader.readexactly(3) == AUDIO_HEADER
    for _, other in [*crowd, (None, writer), (None, second)]:
        other.close()
