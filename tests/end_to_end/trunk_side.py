"""The far side of a trunk: offers, headers, keys and audio exactly as a test words them.

One socket, any number of calls at once, each with its own RTP. It answers what a far switch answers
(BYE, a refresh by re-INVITE or UPDATE, OPTIONS) and keeps every request that came within a call.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from tests.end_to_end.sip_message import Message, address_in
from tests.end_to_end.trunk_audio import Audio
from tests.end_to_end.trunk_offer import HOST, PCMA, Offer

FINAL_WITHIN: Final = 12.0
"""Seconds in which a request is answered for good."""


@dataclass(frozen=True, slots=True)
class Invite:
    """How a call is asked for; what is empty is as a decent trunk has it."""

    uri: str = ""
    """The whole request address; empty: `number` at the switch."""
    to: str = ""
    """The whole To; empty: the request address."""
    sender: str = ""
    """The whole From without its tag."""
    number: str = "10050"
    headers: Sequence[str] = ()
    offer: Offer | None = PCMA
    """None: an INVITE without SDP; the offer then comes with the answer."""
    ref: str = ""
    acked: bool = True
    pracked: bool = True
    prack_after: float = 0.0
    """Seconds between a reliable provisional answer and our PRACK."""


class TrunkCall:
    """One call of the trunk's side."""

    def __init__(self, side: "TrunkSide", invite: Invite, audio: Audio) -> None:
        self.invite, self.audio = invite, audio
        self.status = 0
        self.answer = Message("", {}, "")
        self.came: list[Message] = []
        """Requests that the switch sent within the call, in order."""
        self.over = asyncio.Event()
        self.identity = secrets.token_hex(12)
        self._side = side
        self._number = 0
        self._offer = invite.offer or Offer()
        self._now = self._offer
        """What we say of ourselves when the switch asks again: on hold or not."""
        target = invite.uri or f"sip:{invite.number}@{HOST}:{side.switch}"
        sender = invite.sender or f"<sip:13800138000@{HOST}>"
        self._target = target
        self._tag = secrets.token_hex(4)
        self._from = f"From: {sender};tag={self._tag}"
        self._to = f"To: {invite.to or f'<{target}>'}"
        self._queues: dict[str, asyncio.Queue[Message]] = {}
        self._pracked: set[str] = set()

    @property
    def events(self) -> int:
        """The payload type of our keys."""
        return self._offer.events or 101

    @property
    def ended_by_switch(self) -> bool:
        return any(one.method == "BYE" for one in self.came)

    async def dials(self, *, within: float = FINAL_WITHIN) -> int:
        """Send the INVITE; return the final status, 0 without one. 200 is acknowledged."""
        more = [*self.invite.headers, *([f"X-Ref: {self.invite.ref}"] if self.invite.ref else [])]
        offer = self.invite.offer
        said = await self.asks("INVITE", more, self._sdp(offer) if offer else "", within=within)
        self.status, self.answer = said.status, said
        if said.status == 200:
            self._to = f"To: {said['to']}"
            self._target = address_in(said["contact"]) or self._target
            if self.invite.acked:
                self.acknowledges(said, "" if offer else self._sdp(self._offer))
            self.audio.towards(said.body)
        elif said.status:
            self._side.send([f"ACK {self._target} SIP/2.0", *self._head(said["to"], "1 ACK")])
        return said.status

    async def asks(
        self, method: str, more: Sequence[str] = (), body: str = "", *, within: float = 8.0
    ) -> Message:
        """Send a request of this call; return its final answer, status 0 without one."""
        self._number += 1
        queue = self._queues[f"{self._number} {method}"] = asyncio.Queue()
        kind = [] if any("Content-Type" in one for one in more) else ["application/sdp"]
        lines = [f"{method} {self._target} SIP/2.0", *self._head("", f"{self._number} {method}")]
        lines += [*more, *(f"Content-Type: {one}" for one in kind if body)]
        self._side.send(lines, body)
        try:
            async with asyncio.timeout(within):
                while (said := await queue.get()).status < 200:
                    if self.invite.pracked and "100rel" in said["require"]:
                        self._pracks(said)
                return said
        except TimeoutError:
            return Message("", {}, "")

    def acknowledges(self, said: Message, body: str = "") -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        number = said["cseq"].split()[0]
        head = self._head("", f"{number} ACK")
        self._side.send([f"ACK {self._target} SIP/2.0", *head, *kind], body)

    async def holds(self, how: str) -> int:
        """Put the switch on hold: `sendonly`, `inactive` or `0.0.0.0`; RTP stops."""
        self.audio.silent = True
        self._now = self._offer.held(how)
        return await self.offers(self._now)

    async def resumes(self) -> int:
        """Come back from hold, to another port."""
        await self.audio.moves()
        self.audio.silent = False
        self._now = self._offer
        return await self.offers(self._now)

    async def offers(self, offer: Offer, *, method: str = "INVITE") -> int:
        """Offer anew within the call; return the final status."""
        said = await self.asks(method, self.invite.headers, self._sdp(offer))
        if said.status == 200 and method == "INVITE":
            self.acknowledges(said)
        return said.status

    async def informs(self, digit: str, *, kind: str = "dtmf-relay") -> int:
        """Press a key as a SIP INFO, `dtmf-relay` or `dtmf`."""
        body = f"Signal={digit}\r\nDuration=160\r\n" if kind == "dtmf-relay" else digit
        said = await self.asks("INFO", [f"Content-Type: application/{kind}"], body)
        return said.status

    async def hangs_up(self) -> None:
        if not self.over.is_set() and self.status == 200:
            self.over.set()
            await self.asks("BYE")
        self.audio.close()

    async def is_rung(self, request: Message, address: tuple[str, int]) -> None:
        """Answer a call of the switch that came, with our offer cut to what it may have."""
        self.identity, self._from = request["call-id"], f"From: {request['to']};tag={self._tag}"
        self._to = f"To: {request['from']}"
        self._target, self.status = address_in(request["contact"]), 200
        self._side.answer(request, address, self._sdp(self._offer), tag=self._tag)
        self.audio.towards(request.body)
        self.audio.payload = self._offer.payload
        self.audio.begins()

    def vanishes(self) -> None:
        """Lose the line: no BYE, no RTP, no answer to anything any more."""
        self._side.forget(self)
        self.audio.silent = True

    async def ends(self, *, within: float) -> bool:
        """Tell whether the switch ended the call in time."""
        try:
            async with asyncio.timeout(within):
                await self.over.wait()
        except TimeoutError:
            return False
        return True

    def take(self, message: Message, address: tuple[str, int]) -> None:
        if message.status:
            if queue := self._queues.get(message["cseq"]):
                queue.put_nowait(message)
            again = self.status == 200 and self.invite.acked  # our ACK was lost
            if message.status == 200 and message.method == "INVITE" and again:
                self.acknowledges(message)
            return
        if message.method == "ACK":
            return
        self.came.append(message)
        body = self._sdp(self._now) if message.body and message.method != "INFO" else ""
        if message.method == "INVITE":
            body = self._sdp(self._now)
        self._side.answer(message, address, body)
        if message.method == "BYE":
            self.over.set()
            self.audio.silent = True

    def _pracks(self, said: Message) -> None:
        """Acknowledge, late if so asked; what is repeated meanwhile is not acknowledged twice."""
        if said["rseq"] in self._pracked:
            return
        self._pracked.add(said["rseq"])
        loop = asyncio.get_running_loop()
        loop.call_later(self.invite.prack_after, self._sends_prack, said)

    def _sends_prack(self, said: Message) -> None:
        self._number += 1
        rack = f"RAck: {said['rseq']} {said['cseq']}"
        head = self._head(said["to"], f"{self._number} PRACK")
        target = address_in(said["contact"]) or self._target
        self._side.send([f"PRACK {target} SIP/2.0", *head, rack])

    def _head(self, to: str, cseq: str) -> list[str]:
        return [
            self._from,
            f"To: {to}" if to else self._to,
            f"Call-ID: {self.identity}",
            f"CSeq: {cseq}",
        ]

    def _sdp(self, offer: Offer) -> str:
        return offer.text(self.audio.port)


class TrunkSide(asyncio.DatagramProtocol):
    """One address of a trunk."""

    def __init__(self, switch: int, *, host: str = HOST, port: int = 0) -> None:
        """`port`: where the switch calls out to."""
        self.switch, self._host, self._own = switch, host, port
        self.answers: dict[str, Offer] = {}
        """What is offered to who is rung, by the number that was dialled."""
        self._calls: dict[str, TrunkCall] = {}
        self._gone: list[TrunkCall] = []
        self._rung: defaultdict[str, asyncio.Queue[TrunkCall]] = defaultdict(asyncio.Queue)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._host, self._own)
        )
        self._own = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(call.hangs_up() for call in list(self._calls.values())))
        for call in self._gone:
            call.audio.close()
        self._transport.close()

    async def call(self, invite: Invite, *, within: float = FINAL_WITHIN) -> TrunkCall:
        """Dial; return the call with its final status."""
        call = TrunkCall(self, invite, await Audio.opened(self._host))
        self._calls[call.identity] = call
        await call.dials(within=within)
        if call.status == 200:
            call.audio.begins()
        return call

    async def rings(self, number: str, *, within: float = 20.0) -> TrunkCall:
        """Return the next call of the switch to a number; it is answered."""
        async with asyncio.timeout(within):
            return await self._rung[number].get()

    async def options(self, uri: str) -> int:
        """Ask an address for what it can, outside of calls; return the status."""
        call = TrunkCall(self, Invite(uri=uri), await Audio.opened(self._host))
        self._calls[call.identity] = call
        said = await call.asks("OPTIONS", within=4.0)
        call.audio.close()
        return said.status

    def forget(self, call: TrunkCall) -> None:
        self._gone += [self._calls.pop(call.identity)] if call.identity in self._calls else []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message.parse(data)
        if call := self._calls.get(message["call-id"]):
            call.take(message, addr)
        elif message.method == "INVITE" and not message.status:
            task = asyncio.get_running_loop().create_task(self._comes(message, addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def send(self, lines: Sequence[str], body: str = "") -> None:
        own = f"{self._host}:{self._own}"
        via = f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{secrets.token_hex(6)};rport"
        first, *rest = lines
        more = [f"Contact: <sip:trunk@{own}>"] if not any("Contact:" in one for one in rest) else []
        length = len(body.encode("utf-8", "surrogateescape"))
        head = [first, via, "Max-Forwards: 70", *rest, *more, f"Content-Length: {length}"]
        text = "\r\n".join([*head, "", body])
        self._transport.sendto(text.encode("utf-8", "surrogateescape"), (HOST, self.switch))

    async def _comes(self, request: Message, address: tuple[str, int]) -> None:
        offer = self.answers.get(request.dialled, Offer())
        call = TrunkCall(self, Invite(offer=offer), await Audio.opened(self._host))
        self._calls[request["call-id"]] = call
        await call.is_rung(request, address)
        self._rung[request.dialled].put_nowait(call)

    def answer(
        self, request: Message, address: tuple[str, int], body: str, *, tag: str = ""
    ) -> None:
        lines = ["SIP/2.0 200 OK", *(f"Via: {via}" for via in request.headers["via"])]
        lines += [f"{name}: {request[name.lower()]}" for name in ("From", "Call-ID", "CSeq")]
        lines += [f"To: {request['to']}{f';tag={tag}' if tag else ''}"]
        if expires := request["session-expires"]:
            lines += [f"Session-Expires: {expires}", "Require: timer"]
        lines += [f"Contact: <sip:trunk@{self._host}:{self._own}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._transport.sendto(text.encode(), address)
