"""One HTTP connection: a request head must be complete soon, and connections are limited.

uvicorn waits for ever for the first byte and for the rest of a head, and beyond a number of
connections it refuses everybody. Here strangers displace each
other only (`floor/connection_limiter.py`).
"""

import asyncio
import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from floor.connection_limiter import ConnectionLimiter, Peer

HEAD_WITHIN_S = 5.0
"""Seconds for the whole head of a request, from the connection or from its first byte."""

TAKEN_WITHIN_MS = 25_000
"""For an open page: two heartbeats that nobody takes. A laptop asleep says no good-bye."""


class LimitedConnection(H11Protocol):
    """HTTP/1.1 with a limit of time for the head of each request, and known to the limiter."""

    limiter: ConnectionLimiter
    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limiter.came(self._peer, self)
        self._expect_a_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_a_head()
        else:
            self._stop_expecting()
            self.limiter.works(self._peer, busy=True)

    def on_response_complete(self) -> None:
        self.limiter.works(self._peer, busy=False)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        self.limiter.went(self._peer)
        super().connection_lost(exc)

    def end(self) -> None:
        """Close it at once; what the other side does not take is not waited for."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def expect_life(self) -> None:
        """Have the system close it when what we said is not taken for a while."""
        if (raw := self.transport.get_extra_info("socket")) is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TAKEN_WITHIN_MS)

    @property
    def _peer(self) -> Peer:
        return self.client or ("", id(self))

    def _expect_a_head(self) -> None:
        if self._hurry is None:
            self._hurry = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def _stop_expecting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


def with_limiter(limiter: ConnectionLimiter) -> type[LimitedConnection]:
    """Return the class of connections that a limiter keeps."""
    return type("CountedConnection", (LimitedConnection,), {"limiter": limiter})
