"""The audio of one call at the far side of a trunk: RTP by hand, so that a test may break it."""

import asyncio
import re
import secrets
import struct
from typing import Final, Self

import numpy as np

from bench.alaw import SILENCE, encoded
from caller.listen import FULL_SCALE, RATE, Samples
from tests.end_to_end.trunk_offer import HOST

FRAME: Final = 160
"""Samples, and bytes of A-law, in 20 ms."""
STEP_S: Final = 0.02
ROWS: Final = (697, 770, 852, 941)
COLUMNS: Final = (1209, 1336, 1477, 1633)
KEYS: Final = "123A456B789C*0#D"
"""Keys in the order of rows and columns (ITU-T Q.23)."""
EVENTS: Final = "0123456789*#ABCD"
"""Keys in the order of RFC 4733."""


class Audio(asyncio.DatagramProtocol):
    """One RTP stream each way: A-law silence unless something else is to be said."""

    def __init__(self, host: str) -> None:
        self.silent = False
        """Nothing at all is sent."""
        self.payload = 8
        self.port = 0
        self.packets: dict[int, int] = {}
        """Packets that came, by payload type."""
        self.loud = 0
        """Packets that came and were not one same byte: a sound, in any codec."""
        self._pressed = False
        self._host = host
        self._target: tuple[str, int] | None = None
        self._said = b""
        self._sequence, self._clock = secrets.randbelow(30_000), secrets.randbelow(1 << 30)
        self._source = secrets.randbelow(1 << 31)
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, host: str) -> Self:
        made = cls(host)
        await made.moves()
        return made

    async def moves(self) -> None:
        """Take another port."""
        loop = asyncio.get_running_loop()
        if self.port:
            self._transport.close()
        made, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self._host, 0))
        self._transport: asyncio.DatagramTransport = made
        self.port = self._transport.get_extra_info("sockname")[1]

    def towards(self, sdp: str) -> None:
        """Send to where an answer says."""
        found = re.search(r"m=audio (\d+) \S+ (\d+)", sdp)
        if found and found[1] != "0":
            self._target, self.payload = (HOST, int(found[1])), int(found[2])

    def begins(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        if self._task:
            self._task.cancel()
        self._transport.close()

    def says(self, samples: Samples) -> None:
        """Say this from now on, as A-law."""
        self._said += encoded(samples)

    def sounds_key(self, digit: str, *, seconds: float = 0.12) -> None:
        """Press a key as two tones in the audio."""
        at = KEYS.index(digit)
        time = np.arange(int(seconds * RATE)) / RATE
        tones = (ROWS[at // 4], COLUMNS[at % 4])
        wave = sum(np.sin(2 * np.pi * hertz * time) for hertz in tones)
        self.says(np.asarray(wave * 0.12 * FULL_SCALE, dtype=np.int16))

    async def presses(
        self, digit: str, payload: int, *, ms: int = 120, marked: bool = True
    ) -> None:
        """Press a key as RTP events of RFC 4733: one packet every 20 ms, three at its end."""
        began, event = self._clock, EVENTS.index(digit)
        loop = asyncio.get_running_loop()
        due, self._pressed = loop.time(), True
        for at in range(20, ms + 1, 20):
            self._sends_event(event, at * 8, began, payload, marked=marked and at == 20)
            due += STEP_S
            await asyncio.sleep(max(0.0, due - loop.time()))
        for _ in range(3):
            self._sends_event(event, ms * 8, began, payload, ended=True)
        self._pressed = False

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 12:
            return
        payload = data[1] & 0x7F
        self.packets[payload] = self.packets.get(payload, 0) + 1
        self.loud += len(set(data[12:])) > 2

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            frame, self._said = self._said[:FRAME], self._said[FRAME:]
            if not self.silent and not self._pressed:  # a key takes the place of the audio
                self._sends(self.payload, frame.ljust(FRAME, bytes([SILENCE])), self._clock)
            self._clock += FRAME
            due += STEP_S
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _sends_event(
        self,
        event: int,
        duration: int,
        began: int,
        payload: int,
        *,
        marked: bool = False,
        ended: bool = False,
    ) -> None:
        body = struct.pack("!BBH", event, 0x8A if ended else 0x0A, duration)
        self._sends(payload, body, began, marked=marked)

    def _sends(self, payload: int, body: bytes, clock: int, *, marked: bool = False) -> None:
        if self._target is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        kind = payload | (0x80 if marked else 0)
        head = struct.pack("!BBHII", 0x80, kind, self._sequence, clock, self._source)
        self._transport.sendto(head + body, self._target)
