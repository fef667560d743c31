"""Asterisk's side of AMI, scripted: one queue, one member, calls that only exist by name.

It cuts the link after any byte in either direction, falls silent, and comes back as another run.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, Self

SECRET: Final = "a secret of the tests"
NAME: Final = "张三"
INTERFACE: Final = "PJSIP/8001"
HOST: Final = "127.0.0.1"
ACTIONS: Final = frozenset(
    {
        "AbsoluteTimeout",
        "Events",
        "Hangup",
        "Login",
        "Originate",
        "Ping",
        "PlayDTMF",
        "QueueAdd",
        "QueuePause",
        "QueueRemove",
        "QueueStatus",
        "Redirect",
        "Setvar",
        "Status",
        "UserEvent",
    }
)
"""What is known here; a contract test sees that it is known to the real one too."""


class FakeAmi:
    """An AMI server; `sent_at_most` and `heard_at_most` bytes end a connection: the `cut`th."""

    def __init__(
        self,
        *,
        sent_at_most: int | None = None,
        heard_at_most: int | None = None,
        cut: int = 1,
    ) -> None:
        self.boot = "trkfake0001"
        self.actions: list[dict[str, str]] = []
        self.paused = False
        self.connections = 0
        self.was_cut = asyncio.Event()
        self.channels: set[str] = set()
        self._sent_at_most, self._heard_at_most = sent_at_most, heard_at_most
        self._cut = cut
        self._answering = asyncio.Event()
        self._answering.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._deaf: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, HOST, 0)
        self.ami_port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.drop()

    @property
    def rung(self) -> list[dict[str, str]]:
        """Return the calls that we were told to make."""
        return [one for one in self.actions if one["Action"] == "Originate"]

    def drop(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self, frozen: bool) -> None:
        """Keep the connections and answer nothing."""
        self._answering.clear() if frozen else self._answering.set()

    def restart(self) -> None:
        self.boot = f"trkfake{self.connections:04}x"
        self.drop()

    def tell(self, text: str) -> None:
        """Send bytes to whoever is connected and wants events, as they are."""
        for writer in self._writers - self._deaf:
            writer.write(text.encode())

    def event(self, kind: str, **headers: str) -> str:
        first = (
            f"Event: {kind}\r\nPrivilege: x,all\r\nTimestamp: 1.5\r\nSystemName: {self.boot}\r\n"
        )
        return first + _lines(headers) + "\r\n"

    def member(self) -> str:
        return self.event("QueueMemberStatus", Interface=INTERFACE, MemberName=NAME, **self._row())

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        cutting = self.connections == self._cut
        room = self._sent_at_most if cutting else None
        left = self._heard_at_most if cutting else None
        self._writers.add(writer)
        texts = ["Asterisk Call Manager/11.0.0\r\n"]
        buffer = b""
        while True:
            said = "".join(texts).encode()
            writer.write(said if room is None else said[:room])
            if room is not None and (room := room - len(said)) < 0:
                break
            if not (data := await reader.read(65536)):
                break
            await self._answering.wait()
            if left is not None and (left := left - len(data)) < 0:
                buffer += data[:left]
                self._heard(buffer)
                break
            *whole, buffer = (buffer + data).split(b"\r\n\r\n")
            if any(b"Events: off" in one for one in whole):
                self._deaf.add(writer)
            texts = [text for one in whole for text in self._heard(one + b"\r\n\r\n")]
        await self._ended(writer, cut=data_was_cut(room, left))

    async def _ended(self, writer: asyncio.StreamWriter, *, cut: bool) -> None:
        if cut and self._cut == 1:
            self.paused = True  # what the link must find out when it is back
        if cut:
            self.was_cut.set()
            if writer.transport.is_closing() is False:
                await writer.drain()
        self._writers.discard(writer)
        writer.close()

    def _heard(self, text: bytes) -> list[str]:
        *whole, _ = text.decode().split("\r\n\r\n")
        answers: list[str] = []
        for one in whole:
            action = dict(line.split(": ", 1) for line in one.split("\r\n"))
            self.actions.append(action)
            answers += self._answer(action)
        return answers

    def _answer(self, action: Mapping[str, str]) -> list[str]:
        answers = [_response(action)]
        match action:
            case {"Action": "Login", "Secret": secret} if secret != SECRET:
                answers = [_response(action, "Error", Message="Authentication failed")]
            case {"Action": "Login"}:
                answers.append("Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
            case {"Action": "UserEvent", "UserEvent": name, "At": at, "ActionID": number}:
                answers.append(self.event("UserEvent", UserEvent=name, ActionID=number, At=at))
            case {"Action": "QueueStatus"}:
                answers = self._queue(action)
            case {"Action": "QueuePause", "Interface": one} if one != INTERFACE:
                answers = [_response(action, "Error", Message="Interface not found")]
            case {"Action": "QueuePause", "Paused": paused}:
                self.paused = paused == "true"
                answers.append(self.member())
            case {"Action": "Originate", "ChannelId": number}:
                self.channels.add(number)
                self.tell(self.event("Newchannel", Channel="Local/x", Uniqueid=number, **_CALLER))
            case {"Action": "AbsoluteTimeout" | "PlayDTMF", "Channel": name} if (
                name not in self.channels
            ):
                answers = [_response(action, "Error", Message="No such channel")]
            case {"Action": name} if name not in ACTIONS:
                answers = [_response(action, "Error", Message=f"Invalid/unknown command: {name}")]
        return answers

    def _queue(self, action: Mapping[str, str]) -> list[str]:
        number = action["ActionID"]
        row = {"Location": INTERFACE, "Name": NAME, **self._row(), "ActionID": number}
        return [
            _response(action, EventList="start", Message="Queue status will follow"),
            f"Event: QueueMember\r\n{_lines(row)}\r\n",
            f"Event: QueueStatusComplete\r\nActionID: {number}\r\nEventList: Complete\r\n\r\n",
        ]

    def _row(self) -> dict[str, str]:
        return {
            "Queue": "hotline",
            "Status": "1",
            "Paused": "1" if self.paused else "0",
            "InCall": "0",
            "CallsTaken": "0",
            "PausedReason": "",
        }


_CALLER = {"CallerIDNum": "", "CallerIDName": "", "Linkedid": "x"}


def data_was_cut(room: int | None, left: int | None) -> bool:
    return (room is not None and room < 0) or (left is not None and left < 0)


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{key}: {value}\r\n" for key, value in headers.items())


def _response(action: Mapping[str, str], word: str = "Success", **headers: str) -> str:
    return _lines({"Response": word, "ActionID": action["ActionID"], **headers}) + "\r\n"
