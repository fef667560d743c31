"""AudioSocket server: expected legs become lines, strangers are turned away cheaply.

A leg is expected by its uuid before Asterisk dials it; who does not name an expected one within
a second, or is one too many of those who have not named any, is dropped.
"""

import asyncio
import os
import socket
from typing import Final, cast
from uuid import UUID

import structlog

from line import metrics
from line.line import Line
from line.ticker import Ticker
from line.wire import GOODBYE, Digit, Ended, Identified, Message, NotAudioSocketError, Wire

_log = structlog.get_logger(__name__)
NAMED_WITHIN: Final = 1.0
"""Seconds in which a connection must name its leg; Asterisk does so in a millisecond."""
UNNAMED: Final = 256
"""Connections without a name at once; of more, the oldest goes."""
_ACCEPTED_AT_ONCE: Final = 32
_QUEUED_BY_KERNEL: Final = 2048
_UNSENT: Final = 64 * 1024
"""Bytes that Asterisk may leave unread (4 s of audio) before the leg is given up."""
_AT_ONCE: Final = 8192
"""Bytes read in one tick: half a second of audio, should the loop have been late."""


class LineServer:
    """Listens for AudioSocket legs and joins them with the lines that expect them."""

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker
        self._expected: dict[UUID, Line] = {}
        self._unnamed: dict[_Leg, None] = {}
        self._joined: dict[Line, _Leg] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port` (0: any free one); return the port."""
        listening = socket.create_server((host, port), backlog=_QUEUED_BY_KERNEL)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Leg(self), sock=listening, backlog=_ACCEPTED_AT_ONCE
        )
        listening.listen(_QUEUED_BY_KERNEL)  # asyncio had made it as short as one turn's accepts
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        """Stop listening, drop the strangers, and end the lines that are still open."""
        if self._server:
            self._server.close()
        for leg in list(self._unnamed):
            leg.turn_away("closing")
        for leg in list(self._joined.values()):
            leg.hang_up()

    def expect(self, leg: UUID) -> Line:
        """Return the line that the leg of this uuid will become."""
        line = Line(leg, now=asyncio.get_running_loop().time)
        self._expected[leg] = line
        return line

    def forget(self, line: Line) -> None:
        """Expect this line no longer, and end it if it is open."""
        self._expected.pop(line.leg, None)
        line.close()

    def claim(self, leg: UUID) -> Line | None:
        return self._expected.pop(leg, None)

    def arrived(self, leg: "_Leg") -> None:
        self._unnamed[leg] = None
        if len(self._unnamed) > UNNAMED:
            next(iter(self._unnamed)).turn_away("crowded")

    def named(self, leg: "_Leg") -> None:
        self._unnamed.pop(leg, None)

    def joined(self, line: Line, leg: "_Leg") -> None:
        metrics.LINES.inc()
        self._joined[line] = leg
        self._ticker.add(line, leg)

    def parted(self, line: Line) -> None:
        metrics.LINES.dec()
        self._ticker.remove(line)
        self._joined.pop(line, None)
        line.end()


class _Leg(asyncio.Protocol):
    """One TCP connection of Asterisk's AudioSocket application.

    Once it is a line, the loop is no longer told of each frame that arrives: the tick reads what
    is there, which costs a third and comes no later, for frames wait for the tick anyway.
    """

    def __init__(self, server: LineServer) -> None:
        self._server = server
        self._wire = Wire()
        self._line: Line | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop has classes of its own
        self._transport.set_write_buffer_limits(high=_UNSENT)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(NAMED_WITHIN, self.turn_away, "unnamed")
        self._server.arrived(self)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._wire.feed(data):
                self._take(message)
        except NotAudioSocketError as error:
            _log.warning("line peer broke the protocol", reason=str(error))
            self.turn_away("violation")

    def send(self, packet: bytes) -> None:
        self._transport.write(packet)

    def receive(self) -> None:
        if self._transport.is_closing():  # the number may be another connection's by now
            return
        try:
            data = os.read(self._number, _AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.data_received(data)
        else:
            self._transport.abort()

    def eof_received(self) -> bool:
        return False  # a half-closed socket has frozen Asterisk: close at once

    def pause_writing(self) -> None:
        self.turn_away("unread")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it
        self._timer.cancel()
        self._server.named(self)
        if self._line:
            self._server.parted(self._line)
            self._line = None

    def turn_away(self, reason: str) -> None:
        metrics.STRANGERS.labels(reason).inc()
        self._server.named(self)
        self._transport.abort()

    def hang_up(self) -> None:
        """End the leg: say so, then close after what was written has left."""
        if not self._transport.is_closing():
            self._transport.write(GOODBYE)
            self._transport.close()

    def _take(self, message: Message) -> None:
        match message:
            case bytes():
                if self._line:
                    self._line.frames.append(message)
            case Digit(digit):
                if self._line:
                    self._line.press(digit)
            case Identified(leg):
                self._join(leg)
            case Ended():
                self._transport.close()

    def _join(self, leg: UUID) -> None:
        self._timer.cancel()
        self._server.named(self)
        line = self._server.claim(leg)
        if line is None:
            self.turn_away("unexpected")
            return
        self._line = line
        self._number = self._transport.get_extra_info("socket").fileno()
        self._transport.pause_reading()
        self._server.joined(line, self)
        line.open(self.hang_up)
