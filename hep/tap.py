"""Listens on loopback for the copies of SIP messages, and hands each on at once."""

import asyncio
from collections.abc import Callable

import structlog
from prometheus_client import Counter

from hep.sip import Message, read
from hep.wire import Copied, NotHepError, copied

_log = structlog.get_logger(__name__)
SEEN = Counter("thirdring_sip_messages", "SIP messages that were seen")
STRANGE = Counter("thirdring_sip_strange", "Packets that were no copies of SIP messages")

Consumer = Callable[[Message, Copied], None]


class Tap(asyncio.DatagramProtocol):
    """One socket; `consumers` are told of every message, in order."""

    def __init__(self, *, password: str, consumers: tuple[Consumer, ...]) -> None:
        self._password = password
        self._consumers = consumers
        self._transport: asyncio.BaseTransport | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen. A port that is taken is told of; calls go on without the copies."""
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(host, port)
            )
        except OSError as error:
            _log.error("SIP messages are not seen", port=port, error=str(error))

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        try:
            packet = copied(data, password=self._password)
        except NotHepError:
            STRANGE.inc()
            return
        message = read(packet.message)
        if message is None:
            return
        SEEN.inc()
        for consumer in self._consumers:
            try:
                consumer(message, packet)
            except Exception:  # noqa: BLE001 - the edge of one message: calls must go on
                _log.exception("a SIP message was not understood")
