"""One TCP connection to AMI, from login to loss. The only importer of panoramisk.

panoramisk keeps the login, the actions' headers and the pairing of answers with actions. It is
held behind a filter (docs/adr/0003): it decodes each TCP segment by itself, so characters are lost
at the seams; it sends unanswered actions again after a reconnect, so a phone would ring twice; it
lets a forged Shutdown close the link, and a failing consumer too. Here every connection has its own
panoramisk Manager, which dies with it: nothing is left to be sent again.
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from ami import metrics
from ami.filter import Frames, Heard, Overlong, Refusal, admitted, sendable

DEADLINE: Final = 3.0
"""Seconds in which Asterisk answers an action, or is taken for frozen."""


class LinkLost(Exception):
    """The link was lost or gave no answer: whether the action was carried out is unknown."""


class LoginRefused(Exception):
    """Asterisk does not accept the name or secret."""


@dataclass(frozen=True)
class Answer:
    """What Asterisk said to an action; `rows` are the events of a list, headers each."""

    success: bool
    message: str
    value: str = ""
    """What a variable holds (Getvar)."""
    rows: tuple[Mapping[str, str], ...] = ()


class Connection:
    """One connection; `lost` is set when it ends, for whatever reason."""

    def __init__(self, *, boot: Callable[[], str | None], hear: Callable[[Heard], None]) -> None:
        self.lost = asyncio.Event()
        self._boot = boot
        self._boot_name: str | None = None
        self._hear = hear
        self._frames = Frames()
        self._unguessable = secrets.token_hex(12)
        self._numbers = itertools.count(1)
        self._protocol: _Protocol | None = None

    async def open(
        self, *, host: str, port: int, username: str, secret: str, events: bool = True
    ) -> None:
        """Connect and log in. Raises OSError, LinkLost, LoginRefused."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(DEADLINE):
                made = await loop.create_connection(lambda: _Protocol(self), host, port)
        except TimeoutError:
            raise LinkLost(f"no connection in {DEADLINE} s") from None
        self._protocol = made[1]
        manager = _Manager(encoding="utf-8", loop=loop)
        opened: asyncio.Future[tuple[asyncio.Transport, _Protocol]] = loop.create_future()
        opened.set_result(made)
        manager.connection_made(opened)
        manager.pinger.cancel()  # we ping ourselves, with a deadline
        login = {
            "Action": "Login",
            "Username": username,
            "Secret": secret,
            "Events": "on" if events else "off",
        }
        if not (await self.ask(login)).success:
            raise LoginRefused(username)

    async def ask(
        self,
        fields: Mapping[str, str | int],
        *,
        rows: bool = False,
        within: float = DEADLINE,
    ) -> Answer:
        """Send one action, once; return its answer. Raises LinkLost, Unsendable.

        `rows` says that a list of events follows the answer, up to one named …Complete; `within`
        is how many seconds the answer may take.
        """
        protocol = self._protocol
        if protocol is None or self.lost.is_set():
            raise LinkLost("not connected")
        action = _Action(sendable(fields), as_list=rows)
        action["ActionID"] = f"{self._unguessable}-{next(self._numbers)}"
        name, end = str(fields["Action"]), "lost"
        protocol.send(action, as_list=rows)
        try:
            async with asyncio.timeout(within):
                answer = _answer(await action.future)
            end = "done" if answer.success else "refused"
        except TimeoutError:
            raise LinkLost(f"no answer to {name} in {within} s") from None
        finally:
            protocol.responses.pop(action.id, None)
            metrics.ACTIONS.labels(name, end).inc()
        return answer

    def close(self) -> None:
        """End the connection; whoever waits for an answer gets LinkLost."""
        if self._protocol:
            self._protocol.transport.abort()
        self.ended()

    def received(self, data: bytes) -> None:
        """Take in bytes: answers go to who asked, events that prove themselves to `hear`."""
        try:
            texts = self._frames.feed(data)
        except Overlong:
            metrics.REFUSED.labels("overlong").inc()
            return self.close()
        for text in texts:
            # Asterisk keeps its name as long as it keeps this connection.
            self._boot_name = self._boot_name or self._boot()
            self._take(admitted(text, boot=self._boot_name, prefix=self._unguessable))
        return None

    def _take(self, message: Heard | Refusal) -> None:
        if isinstance(message, Refusal):
            metrics.REFUSED.labels(message).inc()
        elif self._protocol is None:
            pass  # the banner may come before we are told that we are connected
        elif message.action_id in self._protocol.responses:
            self._protocol.handle_message(Message(dict(message.headers)))
        elif message.event:
            self._hear(message)
        # What is left is the late answer to an action that was given up.

    async def ends_within(self, seconds: float) -> bool:
        """Wait `seconds`, or less if the connection ends; tell whether it ended."""
        try:
            async with asyncio.timeout(seconds):
                await self.lost.wait()
        except TimeoutError:
            return False
        return True

    def ended(self) -> None:
        """Note the end of the connection."""
        self.lost.set()
        if self._protocol:
            for action in list(self._protocol.responses.values()):
                if not action.future.done():
                    action.future.set_exception(LinkLost("the link to Asterisk was lost"))
            self._protocol.responses.clear()


def _answer(heard: Message | list[Message]) -> Answer:
    first, rows = (heard[0], heard[1:]) if isinstance(heard, list) else (heard, [])
    return Answer(
        bool(first.success),
        str(first.message),
        value=str(first.get("Value", "")),
        rows=tuple(dict(row) for row in rows),
    )


class _Action(Action):  # type: ignore[misc]
    """panoramisk guesses from the answer's words whether a list follows; we know it."""

    @property
    def multi(self) -> bool:
        return bool(self.as_list) and bool(self.responses[0].success)


class _Manager(Manager):  # type: ignore[misc]
    """Connects once: it neither reconnects nor has anything to send again."""

    def connection_lost(self, exc: object) -> None:  # noqa: ARG002 - panoramisk calls it
        self.close()


class _Protocol(AMIProtocol):  # type: ignore[misc]
    """Hands bytes on undecoded, and losses at once."""

    closed: bool

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def data_received(self, data: bytes) -> None:
        self._connection.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connection.ended()

    def close(self) -> None:
        # panoramisk's would move unanswered actions to its list of what is to be sent again.
        if not self.closed:
            self.closed = True
            self.transport.close()
