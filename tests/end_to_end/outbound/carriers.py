"""Far ends of trunks that want more than an address: a user and a password, TLS, IPv6."""

import asyncio
import re
import secrets
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.end_to_end.peer import HOST, SDP, Dialog, Peer
from tests.end_to_end.sip_message import Message, address_in, digest

REALM: Final = "carrier.example"
CRYPTO: Final = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40 + "\r\n"


class Carrier(Peer):
    """A trunk that asks for user and password: 401 for REGISTER, 407 for calls."""

    def __init__(self, switch: int, *, user: str, secret: str, **more: Any) -> None:
        super().__init__(switch, **more)
        self._user, self._secret = user, secret
        self.asked = 0
        """How often it has asked for the password."""
        self.registered = ""
        """The address under which we can be called, as we told it."""
        self.refuses = 0
        """Answers every REGISTER so."""

    def _takes(self, request: Message, addr: tuple[str, int]) -> None:
        if request.method == "REGISTER" and self.refuses and not self.is_deaf:
            self._says(self.refuses, request, addr)
        elif request.method in {"REGISTER", "INVITE"} and not self._proves(request):
            self._asks_for_the_password(request, addr)
        elif request.method == "REGISTER":
            self.registered = address_in(request["contact"])
            self._says(200, request, addr, contact=self.registered, more=["Expires: 120"])
        else:
            super()._takes(request, addr)

    def _asks_for_the_password(self, request: Message, addr: tuple[str, int]) -> None:
        if self.is_deaf:
            return
        self.asked += 1
        challenge = f'Digest realm="{REALM}", nonce="{secrets.token_hex(8)}", qop="auth"'
        if request.method == "INVITE":
            self._says(407, request, addr, more=[f"Proxy-Authenticate: {challenge}"])
        else:
            self._says(401, request, addr, more=[f"WWW-Authenticate: {challenge}"])

    def _proves(self, request: Message) -> bool:
        given = request["authorization"] or request["proxy-authorization"]
        if not given:
            return False
        told = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        mine = digest(
            given,
            request.method,
            told.get("uri", ""),
            user=self._user,
            password=self._secret,
            count=told.get("nc", ""),
            own=told.get("cnonce", ""),
        )
        return f'response="{told.get("response")}"' in mine


class TlsPeer(Peer):
    """A trunk that is reached by TLS only, and takes sound by SRTP only."""

    def __init__(self, switch: int, *, certificate: Path, **more: Any) -> None:
        super().__init__(switch, **more)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, HOST, self._port, ssl=self._context
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def sdp(self, request: Message) -> str:
        return super().sdp(request).replace("RTP/AVP", "RTP/SAVP") + CRYPTO

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                found = re.search(rb"(?i)content-length: *([0-9]+)", head)
                body = await reader.readexactly(int(found[1]) if found else 0)
                self.datagram_received(head + body, writer)  # type: ignore[arg-type]
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _post(self, text: str, addr: Any) -> None:
        addr.write(text.encode())

    def _within(self, dialog: Dialog, method: str) -> None:
        """Let the other side end its calls: there is no way back to it from here."""


async def calls_by_tls(
    port: int, number: str, *, authority: Path, ref: str, host: str, srtp: bool
) -> Message:
    """Call the switch over TLS from an address, and hang up; return the final answer.

    Who calls is said in From and, otherwise, in P-Asserted-Identity.
    """
    context = ssl.create_default_context(cafile=str(authority))
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context, local_addr=(host, 0))
    own = writer.get_extra_info("sockname")[1]
    target, call_id = f"sip:{number}@{HOST}:{port};transport=tls", secrets.token_hex(8)
    offer = SDP.replace("RTP/AVP", "RTP/SAVP") + CRYPTO if srtp else SDP
    head = [
        f"From: <sip:13800138000@{HOST}>;tag=t1",
        f"Call-ID: {call_id}",
        f"Contact: <sip:x@{host}:{own};transport=tls>",
        "Max-Forwards: 70",
    ]

    def send(method: str, count: int, to: str, more: list[str], body: str = "") -> None:
        via = f"Via: SIP/2.0/TLS {host}:{own};branch=z9hG4bK{secrets.token_hex(6)}"
        lines = [f"{method} {target} SIP/2.0", via, *head, f"To: {to}", f"CSeq: {count} {method}"]
        text = "\r\n".join([*lines, *more, f"Content-Length: {len(body)}", "", body])
        writer.write(text.encode())

    known = [f"X-Ref: {ref}", "P-Asserted-Identity: <sip:13900139000@carrier.example>"]
    send("INVITE", 1, f"<{target}>", [*known, "Content-Type: application/sdp"], offer)
    try:
        async with asyncio.timeout(15):
            while (said := await _read(reader)).status < 200:
                pass
            send("ACK", 1, said["to"], [])
            if said.status == 200:
                await asyncio.sleep(1.0)
                send("BYE", 2, said["to"], [])
                while (await _read(reader)).method != "BYE":
                    pass
    finally:
        writer.close()
    return said


async def _read(reader: asyncio.StreamReader) -> Message:
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: *([0-9]+)", head)
    return Message.parse(head + await reader.readexactly(int(found[1]) if found else 0))
