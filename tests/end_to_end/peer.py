"""A SIP peer in plain UDP: the trunk's far side, or a phone, that may say whatever it likes.

It writes down every INVITE that reaches it. No audio: whoever needs some takes `caller/phone.py`.
"""

import asyncio
import itertools
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from tests.end_to_end.sip_message import Message, address_in, digest

HOST: Final = "127.0.0.1"
SDP: Final = (
    "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
FINAL_WITHIN: Final = 8.0
"""Seconds in which a request is answered for good; a call may ring for longer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a call is treated: `contact` goes into a 302; 180 lets it ring for ever.

    0: nothing is ever said. `first` is said before (100, 180, 183 with sound).
    """

    status: int
    contact: str = ""
    first: tuple[int, ...] = ()


ANSWERS: Final = Reply(200)
RINGS: Final = Reply(180)
BUSY: Final = Reply(486)


@dataclass(eq=False)
class Dialog:
    """One call of this peer."""

    call_id: str
    own: str
    """The From or To that is ours, with its tag."""
    other: str
    target: str
    """Where requests within the call go to."""
    dialled: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10))
    answered: bool = False
    came: bool = False
    """It came to us; else we have made it."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    notified: list[int] = field(default_factory=list)
    """Status codes that NOTIFY told of a REFER."""
    told: asyncio.Event = field(default_factory=asyncio.Event)


class Peer(asyncio.DatagramProtocol):
    """One socket, any number of calls; `reply` says how a call that comes is treated."""

    def __init__(
        self,
        switch: int,
        *,
        port: int = 0,
        number: str = "",
        password: str = "",
        host: str = HOST,
        claims: bool = False,
    ) -> None:
        """`claims`: names itself as digest user before anybody asks, with a proof of nothing."""
        self.number, self._password = number, password
        self._host, self._claims = host, claims
        self.invites: list[str] = []
        """The user part of every INVITE that came, in order."""
        self.calls: list[Dialog] = []
        self.reply: Callable[[Message], Reply] = lambda _: ANSWERS
        self.requests: list[Message] = []
        """Every INVITE that came, in order."""
        self.is_deaf = False
        """Says nothing at all, like a machine that is off."""
        self._switch, self._port = ("::1" if ":" in host else HOST, switch), port
        self._answers: dict[str, asyncio.Queue[Message]] = {}
        self._came = asyncio.Event()
        self._given = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._host, self._port)
        )
        self._port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for dialog in self.calls:
            if dialog.answered and not dialog.over.is_set():
                self._within(dialog, "BYE")
        self._transport.close()

    @property
    def address(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    def sdp(self, _request: Message) -> str:
        """Return how this side wants the sound."""
        if ":" in self._host:
            return SDP.replace("IP4 127.0.0.1", "IP6 ::1")
        return SDP

    async def register(self, *, expires: int = 3600) -> int:
        """Register, or with 0 go away; return the last status."""
        target = f"sip:{HOST}:{self._switch[1]}"
        user = f"<sip:{self.number}@{HOST}>"
        more = [f"Contact: <sip:{self.number}@{self.address}>", f"Expires: {expires}"]
        return (await self._asks("REGISTER", target, user, user, more))[0].status

    async def dials(self, to: str, *, sender: str = "", within: float = 20.0) -> Dialog | int:
        """Call somebody; return the call when answered, else the last status."""
        target = f"sip:{to}@{HOST}:{self._switch[1]}"
        user = f"<sip:{sender or self.number or '13800138000'}@{HOST}>"
        more = [f"Contact: <sip:x@{self.address}>", "Content-Type: application/sdp"]
        said, head = await self._asks("INVITE", target, user, f"<{target}>", more, SDP, within)
        if said.status != 200:
            return said.status
        contact = address_in(said["contact"]) or target
        dialog = Dialog(head.call_id, head.own, said["to"], contact, to, answered=True)
        self.calls.append(dialog)
        return dialog

    async def rings(self, *, within: float = 20.0) -> Dialog:
        """Return the next call that came and was not returned before."""
        async with asyncio.timeout(within):
            while True:
                while self._given < len(self.calls):
                    self._given += 1
                    if self.calls[self._given - 1].came:
                        return self.calls[self._given - 1]
                self._came.clear()
                await self._came.wait()

    def forgets(self) -> None:
        """Take the calls that came as returned already."""
        self._given = len(self.calls)

    async def refers(self, dialog: Dialog, to: str) -> int:
        """Send a REFER within a call; return what came of it: a refusal, or what NOTIFY told last.

        `to` is the whole address in Refer-To.
        """
        more = [f"Refer-To: <{to}>", f"Contact: <sip:x@{self.address}>"]
        seen = len(dialog.notified)
        said = await self._answer_to(dialog, "REFER", more)
        if said.status != 202:
            return said.status
        async with asyncio.timeout(FINAL_WITHIN):
            while not [one for one in dialog.notified[seen:] if one >= 200]:
                dialog.told.clear()
                await dialog.told.wait()
        return dialog.notified[-1]

    async def presses(self, dialog: Dialog, digits: str) -> None:
        """Press keys, each told by a SIP INFO."""
        for digit in digits:
            more = ["Content-Type: application/dtmf-relay"]
            await self._answer_to(dialog, "INFO", more, f"Signal={digit}\r\nDuration=100\r\n")

    async def hangs_up(self, dialog: Dialog) -> None:
        if not dialog.over.is_set():
            dialog.over.set()
            await self._answer_to(dialog, "BYE", [])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message.parse(data)
        if message.status:
            queue = self._answers.get(message["call-id"] + message["cseq"])
            if queue is not None:
                queue.put_nowait(message)
            return
        self._takes(message, addr)

    def _takes(self, request: Message, addr: tuple[str, int]) -> None:
        if self.is_deaf:
            return
        known = next((one for one in self.calls if one.call_id == request["call-id"]), None)
        match request.method:
            case "ACK":
                pass
            case "INVITE" if known is None or known.over.is_set():
                self._invited(request, addr)
            case "BYE" | "CANCEL" if known:
                self._says(200, request, addr)
                if request.method == "CANCEL":
                    self._says(487, request, addr, method="INVITE", to=known.own)
                known.over.set()
            case "NOTIFY" if known:
                self._says(200, request, addr)
                if found := re.match(r"SIP/2.0 ([0-9]{3})", request.body):
                    known.notified.append(int(found[1]))
                    known.told.set()
            case "INVITE" if known and known.came and not known.answered:
                pass  # the same once more, for we have said nothing
            case "INVITE":
                self._says(
                    200, request, addr, to=known.own if known else "", body=self.sdp(request)
                )
            case _:
                self._says(200, request, addr)

    def _invited(self, request: Message, addr: tuple[str, int]) -> None:
        if any(one.call_id == request["call-id"] for one in self.calls):
            return
        self.invites.append(request.dialled)
        self.requests.append(request)
        reply = self.reply(request)
        own = f"{request['to']};tag={secrets.token_hex(4)}"
        dialog = Dialog(
            request["call-id"],
            own,
            request["from"],
            address_in(request["contact"]),
            request.dialled,
            answered=reply.status == 200,
            came=True,
        )
        if reply.status >= 300:
            dialog.over.set()
        self.calls.append(dialog)
        self._came.set()
        for status in reply.first:
            early = self.sdp(request) if status == 183 else ""
            self._says(status, request, addr, to=own, body=early)
        if not reply.status:
            return
        body = self.sdp(request) if reply.status == 200 else ""
        self._says(reply.status, request, addr, to=own, contact=reply.contact, body=body)

    def _says(
        self,
        status: int,
        request: Message,
        addr: tuple[str, int],
        *,
        to: str = "",
        method: str = "",
        contact: str = "",
        body: str = "",
        more: Sequence[str] = (),
    ) -> None:
        cseq = f"{request['cseq'].split()[0]} {method or request.method}"
        lines = [f"SIP/2.0 {status} Said", *(f"Via: {via}" for via in request.headers["via"])]
        lines += [f"From: {request['from']}", f"To: {to or request['to']}"]
        lines += [f"Call-ID: {request['call-id']}", f"CSeq: {cseq}"]
        lines += [f"Contact: <{contact or f'sip:x@{self.address}'}>"]
        lines += [*more, *(["Content-Type: application/sdp"] if body else [])]
        self._post("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]), addr)

    def _post(self, text: str, addr: tuple[str, int]) -> None:
        self._transport.sendto(text.encode(), addr)

    async def _answer_to(
        self, dialog: Dialog, method: str, more: list[str], body: str = ""
    ) -> Message:
        number = next(dialog.numbers)
        key = f"{dialog.call_id}{number} {method}"
        queue = self._answers[key] = asyncio.Queue()
        self._sends(dialog, method, number, more, body)
        return await _final(queue, FINAL_WITHIN)

    def _within(self, dialog: Dialog, method: str) -> None:
        self._sends(dialog, method, next(dialog.numbers), [], "")

    def _sends(self, dialog: Dialog, method: str, number: int, more: list[str], body: str) -> None:
        lines = [f"{method} {dialog.target} SIP/2.0", f"From: {dialog.own}", f"To: {dialog.other}"]
        lines += [f"Call-ID: {dialog.call_id}", f"CSeq: {number} {method}", *more]
        self._out(lines, body)

    async def _asks(
        self,
        method: str,
        target: str,
        sender: str,
        to: str,
        more: list[str],
        body: str = "",
        within: float = FINAL_WITHIN,
    ) -> tuple[Message, Dialog]:
        """Send a request outside of calls, with the password when it is asked for."""
        call_id, tag = secrets.token_hex(8), secrets.token_hex(4)
        head = Dialog(call_id, f"{sender};tag={tag}", to, target, "")
        proof: list[str] = []
        if self._claims:
            made_up = 'Digest realm="asterisk", nonce="1/1"'
            proof = [f"Authorization: {self._digest(made_up, method, target)}"]
        for number in (1, 2):
            queue = self._answers[f"{call_id}{number} {method}"] = asyncio.Queue()
            self._sends(head, method, number, [*more, *proof], body)
            said = await _final(queue, within)
            if method == "INVITE":
                contact = address_in(said["contact"]) if said.status == 200 else ""
                acked = Dialog(call_id, head.own, said["to"], contact or target, "")
                self._sends(acked, "ACK", number, [], "")
            if said.status != 401 or proof or not self._password:
                break
            proof = [f"Authorization: {self._digest(said['www-authenticate'], method, target)}"]
        return said, head

    def _digest(self, challenge: str, method: str, target: str) -> str:
        return digest(challenge, method, target, user=self.number, password=self._password)

    def _out(self, lines: list[str], body: str) -> None:
        via = f"Via: SIP/2.0/UDP {self.address};branch=z9hG4bK{secrets.token_hex(6)};rport"
        first, *rest = lines
        text = "\r\n".join(
            [first, via, "Max-Forwards: 70", *rest, f"Content-Length: {len(body)}", "", body]
        )
        self._post(text, self._switch)


async def _final(queue: asyncio.Queue[Message], within: float) -> Message:
    """Return the final answer; without one in time, a 408 of our own."""
    try:
        async with asyncio.timeout(within):
            while (said := await queue.get()).status < 200:
                pass
            return said
    except TimeoutError:
        return Message("SIP/2.0 408 Silent", {}, "")
