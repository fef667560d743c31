"""SIP over a WebSocket as any page in a browser may speak it: with an Origin of its own."""

import asyncio
import base64
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.end_to_end.peer import SDP
from tests.end_to_end.sip_message import Message


@dataclass
class Refused(Exception):
    """The switch did not let the page in."""

    status: int


@dataclass
class Page:
    """An open WebSocket."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def invites(self, to: str, *, contact: str, headers: tuple[str, ...] = ()) -> int:
        """Call somebody without a password; return the final status, 0 for silence."""
        call = secrets.token_hex(8)
        lines = [
            f"INVITE sip:{to}@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{call}",
            "Max-Forwards: 70",
            f"From: <sip:13800138000@127.0.0.1>;tag={call}",
            f"To: <sip:{to}@127.0.0.1>",
            f"Call-ID: {call}",
            "CSeq: 1 INVITE",
            f"Contact: {contact}",
            *headers,
            "Content-Type: application/sdp",
            f"Content-Length: {len(SDP)}",
        ]
        self.writer.write(_frame("\r\n".join(lines) + "\r\n\r\n" + SDP))
        try:
            async with asyncio.timeout(4):
                while (said := Message.parse(await _read(self.reader))).status < 200:
                    pass
        except TimeoutError:
            return 0
        return said.status


@asynccontextmanager
async def opened(address: str, *, origin: str) -> AsyncIterator[Page]:
    """Open a page's WebSocket to `ws://…`. Raises Refused."""
    host, _, path = address.removeprefix("ws://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    key = base64.b64encode(os.urandom(16)).decode()
    head = [
        f"GET /{path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: sip",
        f"Origin: {origin}",
    ]
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
    try:
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        status = int(answer.split()[1])
        if status != 101:
            raise Refused(status)
        yield Page(reader, writer)
    finally:
        writer.close()


def _frame(text: str) -> bytes:
    data, mask = text.encode(), os.urandom(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
    return bytes([0x81, 0xFE]) + len(data).to_bytes(2, "big") + mask + masked


async def _read(reader: asyncio.StreamReader) -> bytes:
    first, length = await reader.readexactly(2)
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2), "big")
    data = await reader.readexactly(length)
    return data if first & 0x0F in {1, 2} else b""
