"""Rings phones: each on a connection of its own, on which Asterisk says how it ended.

Asterisk follows a phone that sends the call elsewhere (SIP 302) to wherever it names, with any
technology. Only a Gosub before the dialling (PreDialGoSub, dialplan/rings.conf) can refuse that,
and only an Originate that is waited for has one: `Async` leaves it out without a word.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ami.connection import Connection, LinkLost, LoginRefused
from ami.events import OriginateResponse
from ami.filter import sendable

REFUSES_OTHERS: Final = "rings"
"""The context whose `s` hangs up every channel but the one that we asked for."""
GRACE_S: Final = 30.0
"""Seconds after the ringing in which Asterisk says what came of it."""

CONNECTIONS: Final = 8
"""Connections opened at once: Asterisk lets ten wait, one more waits for a whole second."""

Told = Callable[[OriginateResponse], None]


class Ringing:
    """The phones that ring now; `told` hears what came of each."""

    def __init__(self, open_one: Callable[[Connection], Awaitable[None]], told: Told) -> None:
        self._open = open_one
        self._told = told
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections = asyncio.Semaphore(CONNECTIONS)

    async def ring(self, fields: Mapping[str, str | int], *, ring_for: float) -> None:
        """Send an Originate, once. Raises Unsendable, and LinkLost: the phone may ring or not."""
        guarded = sendable(
            {**fields, "PreDialGoSub": f"{REFUSES_OTHERS},s,1({fields['ChannelId']})"}
        )
        connection = Connection(boot=lambda: None, hear=lambda _: None)
        try:
            async with self._connections:
                await self._open(connection)
        except (OSError, LoginRefused) as error:
            connection.close()
            raise LinkLost(repr(error)) from None
        except LinkLost:
            connection.close()
            raise
        task = asyncio.create_task(self._awaited(connection, guarded, ring_for))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.sleep(0)  # it is sent now

    def end(self) -> None:
        """Wait for nobody any more; the phones go on ringing."""
        for task in self._tasks:
            task.cancel()

    async def _awaited(
        self, connection: Connection, fields: Mapping[str, str | int], ring_for: float
    ) -> None:
        try:
            answer = await connection.ask(fields, within=ring_for + GRACE_S)
        except LinkLost:
            return  # nobody knows; who keeps the attempt asks Asterisk when the link is back
        finally:
            connection.close()
        exten, channel = str(fields["Exten"]), str(fields["ChannelId"])
        self._told(OriginateResponse(exten, answer.success, 0, channel))
