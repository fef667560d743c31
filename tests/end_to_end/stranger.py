"""A caller who says in the SIP headers whatever it likes: plain UDP, no stack that would mind.

Rings, is answered, and hangs up after a moment; sends no audio.
"""

import asyncio
import itertools
import re
import secrets
from types import TracebackType
from typing import Self


class Stranger(asyncio.DatagramProtocol):
    """One socket, any number of calls at once."""

    def __init__(self, port: int) -> None:
        self._switch = ("127.0.0.1", port)
        self._replies: dict[str, asyncio.Queue[bytes]] = {}
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self._own = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        found = re.search(rb"(?im)^Call-ID: *(\S+)", data)
        if found and (queue := self._replies.get(found[1].decode())):
            queue.put_nowait(data)

    async def call(self, dialled: str, *, sender: str, ref: str, stays: float = 0.3) -> int:
        """Call with `sender` as the whole From address; return the last SIP status (0: none)."""
        identity, tag = f"{next(self._numbers)}-{secrets.token_hex(6)}", secrets.token_hex(4)
        queue = self._replies[identity] = asyncio.Queue()
        head = [f"From: {sender};tag={tag}", f"Call-ID: {identity}", "Max-Forwards: 70"]
        target = f"sip:{dialled}@127.0.0.1:{self._switch[1]}"
        body = (
            "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )
        self._send(
            [
                f"INVITE {target} SIP/2.0",
                *head,
                f"To: <{target}>",
                "CSeq: 1 INVITE",
                f"X-Ref: {ref}",
                "Content-Type: application/sdp",
            ],
            body,
        )
        status, to = await self._final(queue)
        self._send([f"ACK {target} SIP/2.0", *head, f"To: {to}", "CSeq: 1 ACK"])
        if status == 200:
            await asyncio.sleep(stays)  # the length of the call, not a wait for something
            self._send([f"BYE {target} SIP/2.0", *head, f"To: {to}", "CSeq: 2 BYE"])
            await self._final(queue)
        del self._replies[identity]
        return status

    async def _final(self, queue: asyncio.Queue[bytes]) -> tuple[int, str]:
        try:
            async with asyncio.timeout(8):
                while True:
                    reply = (await queue.get()).decode("utf-8", "replace")
                    status = int(reply.split(" ", 2)[1]) if reply.startswith("SIP/2.0 ") else 0
                    if status >= 200:
                        found = re.search(r"(?im)^To: *(.*?)\r?$", reply)
                        return status, found[1] if found else ""
        except TimeoutError:
            return 0, ""

    def _send(self, lines: list[str], body: str = "") -> None:
        own = f"127.0.0.1:{self._own}"
        branch = f"z9hG4bK{secrets.token_hex(6)}"
        more = [f"Contact: <sip:x@{own}>", f"Content-Length: {len(body.encode())}"]
        first, *rest = lines
        via = f"Via: SIP/2.0/UDP {own};branch={branch};rport"
        text = "\r\n".join([first, via, *rest, *more, "", body])
        self._transport.sendto(text.encode("utf-8", "surrogateescape"), self._switch)
