"""The FastAGI server: one supervised task a visit; strangers on the port cost next to nothing.

A connection waits without a task until its environment is whole. Who needs longer than
`Limits.handshake` is dropped, and of too many waiting ones the oldest goes first: Asterisk sends
its environment right after connecting, so a real call is never the oldest for long.
An error in a visit ends the connection without a verdict; the dialplan then goes on
with its fallback (ANS-3).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

import structlog

from agi import metrics
from agi.session import Session
from agi.wire import Environment, Message, Violation, Wire
from callflow.call import Hangup

Visit = Callable[[Session], Awaitable[None]]

_log = structlog.get_logger(__name__)
_ACCEPTED_AT_ONCE: Final = 32
"""Connections taken in one turn of the loop; running calls have their turn in between."""
_QUEUED_BY_KERNEL: Final = 2048
"""A flood waits here, so that a call in the middle of it is not sent back to try in a second."""


@dataclass(frozen=True)
class Limits:
    """What strangers may take from us; times in seconds."""

    handshake: float = 2.0
    waiting: int = 256
    visits: int = 2000
    farewell: float = 10.0
    """How long a visit may go on after its connection is gone, to put its things in order."""


class Server:
    """Listens for AGI visits and runs the route's `visit(session)` for each."""

    def __init__(self, routes: Mapping[str, Visit], *, limits: Limits | None = None) -> None:
        self._routes = dict(routes)
        self.limits = limits or Limits()
        self._waiting: dict[_Connection, None] = {}
        self._visits: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen on `host` and `port` (0: any free one); return the port."""
        listening = socket.create_server((host, port), backlog=_ACCEPTED_AT_ONCE)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), sock=listening, backlog=_ACCEPTED_AT_ONCE
        )
        # asyncio takes `backlog` both for the kernel's queue and for how many connections it
        # accepts in one turn; only the second should be small.
        listening.listen(_QUEUED_BY_KERNEL)
        return int(listening.getsockname()[1])

    async def drain(self, seconds: float) -> None:
        """Take no more visits; let those under way come to their end, `seconds` at most."""
        if self._server:
            self._server.close()
        if self._visits:
            await asyncio.wait(self._visits, timeout=seconds)

    async def close(self) -> None:
        """Stop listening, drop who waits, end every visit."""
        if self._server:
            self._server.close()
        for connection in list(self._waiting):
            connection.drop("closing")
        for task in self._visits:
            task.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    @property
    def visiting(self) -> int:
        return len(self._visits)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def arrived(self, connection: "_Connection") -> None:
        self._waiting[connection] = None
        if len(self._waiting) > self.limits.waiting:
            next(iter(self._waiting)).drop("crowded")

    def left(self, connection: "_Connection") -> None:
        self._waiting.pop(connection, None)

    def begin(self, connection: "_Connection", session: Session) -> asyncio.Task[None] | None:
        """Start the visit that `session` asks for, or drop the connection."""
        if len(self._visits) >= self.limits.visits:
            connection.drop("full")
            return None
        if not (visit := self._routes.get(session.route)):
            _log.warning("agi route unknown", route=session.route)
            connection.drop("unknown route")
            return None
        task = asyncio.create_task(self._supervised(visit, session, connection))
        self._visits.add(task)
        task.add_done_callback(self._visits.discard)
        return task

    async def _supervised(self, visit: Visit, session: Session, connection: "_Connection") -> None:
        end = "cancelled"
        metrics.VISITING.inc()
        try:
            await visit(session)
            end = "done"
        except Hangup:
            end = "hung_up"
        except Exception:  # noqa: BLE001 - the edge of one call: only this call is lost
            end = "failed"
            _log.exception("agi visit failed", route=session.route, query=dict(session.query))
        finally:
            metrics.VISITING.dec()
            metrics.VISITS.labels(session.route, end).inc()
            connection.finish()


class _Connection(asyncio.Protocol):
    """One TCP connection: waits for the environment, then carries a session."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._wire = Wire()
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop has classes of its own
        self._timer = asyncio.get_running_loop().call_later(
            self._server.limits.handshake, self.drop, "too slow"
        )
        self._server.arrived(self)

    def data_received(self, data: bytes) -> None:
        for message in self._wire.feed(data):
            self._take(message)

    def eof_received(self) -> bool:
        return False  # Asterisk never half-closes: the other side is gone

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it
        self._server.left(self)
        self._timer.cancel()
        if self._session:
            self._session.lose()
        if self._task and not self._task.done():
            farewell = self._server.limits.farewell
            self._timer = asyncio.get_running_loop().call_later(farewell, self._task.cancel)
            self._task.add_done_callback(lambda _: self._timer.cancel())

    def drop(self, reason: str) -> None:
        metrics.DROPPED.labels(reason).inc()
        self._server.left(self)
        self._timer.cancel()
        self._transport.abort()

    def finish(self) -> None:
        """Close after what was written has left."""
        self._transport.close()

    def _take(self, message: Message) -> None:
        match message:
            case Environment():
                self._server.left(self)
                self._timer.cancel()
                self._session = Session(message, self._wire, self._transport.write)
                self._task = self._server.begin(self, self._session)
            case Violation(reason):
                metrics.VIOLATIONS.inc()
                _log.warning("agi peer broke the protocol", reason=reason)
                if self._session:
                    self._session.lose()
                self.drop("violation")
            case _:
                assert self._session
                self._session.receive(message)
