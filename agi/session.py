"""One visit's conversation with Asterisk: commands in order, and the caller's hang-up.

Commands are answered in the order they were sent. A command that is given up (its time ran out,
its task was cancelled) keeps its place, so that its late reply is never taken for another's.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from agi.wire import Environment, HungUp, Message, Reply, Unsendable, Violation, Wire, visited
from callflow.call import Hangup

PROMPT: Final = 3.0
"""Seconds for a command that Asterisk answers at once, such as SET VARIABLE."""
_NAME = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*|(CHANNEL|TIMEOUT)\([a-z_]+\)")


class LinkLost(Hangup):
    """Asterisk's side of the visit is gone or silent; for a dialogue that is a hang-up."""


class CommandRefused(Exception):
    """Asterisk does not know the command or application, or not its arguments."""


class Session:
    """One AGI visit: what the dialplan said, and the commands we may give.

    `environment` holds the cleaned `agi_…` values, `route` and `query` the visited address.
    `on_hangup` is set once the caller or the link is gone, also while a command is under way.
    """

    def __init__(self, environment: Environment, wire: Wire, send: Callable[[bytes], None]) -> None:
        self.environment: Mapping[str, str] = environment.values
        self.route, self.query = visited(environment.values)
        self.on_hangup = asyncio.Event()
        self._wire = wire
        self._send = send
        self._waiting: deque[asyncio.Future[Reply]] = deque()
        self._lost = False

    @property
    def hung_up(self) -> bool:
        return self.on_hangup.is_set()

    async def execute(
        self,
        application: str,
        *arguments: str,
        timeout: float | None,  # noqa: ASYNC109 - None must be said: some last as long as the call
    ) -> Reply:
        """Run a dialplan application; return its reply when it ended.

        The arguments are joined by commas as in the dialplan, so none of them may come from a
        caller. `timeout` in seconds, None for as long as the call lasts. Raises Hangup when the
        caller is gone, TimeoutError (the application goes on), CommandRefused.
        """
        if self.hung_up:
            raise self._gone()
        if not re.fullmatch(r"[A-Za-z]{1,40}", application):
            raise Unsendable(f"not an application: {application!r}")
        async with asyncio.timeout(timeout):
            reply = await self._command("EXEC", application, ",".join(arguments))
        if reply.result == "-1":
            raise self._gone()
        if reply.result == "-2":
            raise CommandRefused(f"Asterisk has no application {application}")
        return reply

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable; works on a hung-up call too. Raises LinkLost, CommandRefused."""
        await self._at_once("SET VARIABLE", _variable(name), value)

    async def get_variable(self, name: str) -> str | None:
        """Return a channel variable, cleaned, or None where it is not set."""
        reply = await self._at_once("GET VARIABLE", _variable(name))
        return reply.value if reply.result == "1" else None

    def receive(self, message: Message) -> None:
        """Take in one message of the wire."""
        match message:
            case Reply():
                self._answered(message)
            case HungUp():
                self.on_hangup.set()
            case Violation():
                self.lose()
            case Environment():
                pass

    def lose(self) -> None:
        """Note that the connection is gone: whoever waits for a reply is told."""
        self._lost = True
        self.on_hangup.set()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(LinkLost("the AGI connection ended"))

    async def _at_once(self, words: str, *arguments: str) -> Reply:
        try:
            async with asyncio.timeout(PROMPT):
                return await self._command(words, *arguments)
        except TimeoutError:
            raise LinkLost(f"no reply to {words} in {PROMPT} s") from None

    async def _command(self, words: str, *arguments: str) -> Reply:
        if self._lost:
            raise LinkLost("the AGI connection ended")
        line = self._wire.command(words, *arguments)
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._send(line)
        reply = await future
        match reply.code:
            case 200:
                return reply
            case 511:
                raise self._gone()
            case code:
                raise CommandRefused(f"{words}: {code}")

    def _answered(self, reply: Reply) -> None:
        if reply.code == 511 or reply.result == "-1":
            self.on_hangup.set()
        future = self._waiting.popleft()
        if not future.done():
            future.set_result(reply)

    def _gone(self) -> Hangup:
        self.on_hangup.set()
        return LinkLost("the AGI connection ended") if self._lost else Hangup()


def _variable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Unsendable(f"not a variable's name: {name!r}")
    return name
