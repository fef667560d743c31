"""Owns a connection's patience: who connects must send a whole request head soon, or is let go.

uvicorn waits for ever for the first byte and for the rest of a head. Two thousand connections that
say nothing would then be all that the desk can hold.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S = 5.0
"""Seconds for the whole head of a request, from the connection or from its first byte."""


class HurriedConnection(H11Protocol):
    """HTTP/1.1 with a limit of time for the head of each request."""

    _hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_a_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_a_head()
        else:
            self._stop_expecting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)

    def _expect_a_head(self) -> None:
        if self._hurry is None:
            self._hurry = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def _stop_expecting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
