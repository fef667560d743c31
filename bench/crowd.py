"""The strangers of `bench.strangers`, and the agent who is at work meanwhile.

`python -m bench.crowd PORT SECONDS COOKIE` is the agent, in a process of its own so that nobody
else's work is measured with it; it prints what it lived through as JSON.
"""

import asyncio
import contextlib
import http.client
import itertools
import json
import secrets
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PACE_S = 0.05
"""Between two requests of the agent."""

ASKED = ("/api/v1/session", "/api/v1/calls?limit=20", "/api/v1/tickets?limit=20")
SAID = json.dumps({"call": "00000001-6a5c-4c1d-9b6e-2f1f0f6f7a10", "ms": 80}).encode()


@dataclass
class Lived:
    """What the agent lived through."""

    at: list[float] = field(default_factory=list)
    """Epoch seconds of each request's beginning."""
    ms: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    streams: int = 0
    """How often the stream of events was opened: once, unless it was cut."""
    heard_every_s: float = 0.0
    """The longest silence of the stream."""


class Agent:
    """Somebody at work: a page's requests, one after the other, and its stream of events."""

    def __init__(self, port: int, cookie: str, csrf: str) -> None:
        self._port = port
        self._headers = {
            "Cookie": f"thirdring={cookie}",
            "X-CSRF-Token": csrf,
            "Content-Type": "application/json",
        }
        self.lived = Lived()
        self._ends = threading.Event()

    def works(self, seconds: float) -> Lived:
        """Work for so long."""
        page = threading.Thread(target=self._listens, daemon=True)
        page.start()
        until = time.monotonic() + seconds
        connection = self._connection()
        for number in itertools.count():
            if time.monotonic() > until:
                break
            if number % 5 == 0:  # a page is opened, and with it another connection
                connection.close()
                connection = self._connection()
            self._asks(connection, number)
            time.sleep(PACE_S)
        self._ends.set()
        return self.lived

    def _asks(self, connection: http.client.HTTPConnection, number: int) -> None:
        self.lived.at.append(time.time())
        began = time.monotonic()
        try:
            if number % 4 == 3:
                connection.request("POST", "/live/seen", SAID, self._headers)
            else:
                connection.request("GET", ASKED[number % 3], headers=self._headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in {200, 204}:
                self.lived.failed.append(f"{answer.status}")
        except (OSError, http.client.HTTPException) as error:
            self.lived.failed.append(repr(error))
            connection.close()
        self.lived.ms.append((time.monotonic() - began) * 1000)

    def _listens(self) -> None:
        while not self._ends.is_set():
            self.lived.streams += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._hears()
            time.sleep(0.3)

    def _hears(self) -> None:
        connection = self._connection()
        connection.request("GET", "/live?page=work-agent", headers=self._headers)
        answer = connection.getresponse()
        last = time.monotonic()
        while answer.status == 200 and answer.readline():
            now = time.monotonic()
            self.lived.heard_every_s = max(self.lived.heard_every_s, now - last)
            last = now

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self._port, timeout=15)


@dataclass(frozen=True)
class Asked:
    """How often something was tried, and how it was answered."""

    tried: int
    answers: Mapping[str, int]


class Attack:
    """One kind of strangers, for some seconds."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = port
        self.until = time.monotonic() + seconds
        self.answers: dict[str, int] = {}

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.until

    def count(self, answer: bytes) -> None:
        said = answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/1.1 ") else "closed"
        self.answers[said] = self.answers.get(said, 0) + 1

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Give a connection."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


async def idle(attack: Attack, number: int) -> None:
    """Connect and say nothing, or half a head; come again when thrown out."""
    with contextlib.suppress(OSError):
        async with attack.line() as (reader, writer):
            if number % 3 == 1:
                writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
            if number % 3 == 2:
                writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            await reader.read()
    attack.count(b"")
    await asyncio.sleep(0.2)


def streams(cookie: str) -> Callable[[Attack, int], Awaitable[None]]:
    """Return pages of one person, each with a name of its own."""

    async def stream(attack: Attack, number: int) -> None:
        with contextlib.suppress(OSError):
            async with attack.line() as (reader, writer):
                head = f"GET /live?page=floor-{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                writer.write(f"{head}Cookie: thirdring={cookie}\r\n\r\n".encode())
                attack.count(await reader.readline())
                await reader.read()
        await asyncio.sleep(1.0)  # as a page does

    return stream


async def trickle(attack: Attack, _number: int) -> None:
    """Send the body of a sign-in, a byte a second."""
    head = "POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n"
    with contextlib.suppress(OSError):
        async with attack.line() as (_, writer):
            writer.write(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
            while attack.goes_on and not writer.transport.is_closing():
                await asyncio.sleep(1)
                writer.write(b" ")
    attack.count(b"")


async def begins(attack: Attack, _number: int) -> None:
    """Begin to sign in at the company's provider, and never come back."""
    await _ask(attack, b"GET /login/oidc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def guesses(number: str) -> Callable[[Attack, int], Awaitable[None]]:
    """Return wrong passwords of one account."""

    async def guess(attack: Attack, which: int) -> None:
        body = json.dumps({"number": number, "password": f"not-the-password-{which}"})
        await _ask(attack, _posted("/api/v1/session", body))

    return guess


async def spray(attack: Attack, which: int) -> None:
    """Try a password at number after number."""
    body = json.dumps({"number": f"{300_000 + which}", "password": "not-the-password"})
    await _ask(attack, _posted("/api/v1/session", body))


async def forged(attack: Attack, _number: int) -> None:
    """Ask with a cookie that nobody was given."""
    cookie = f"Cookie: thirdring={secrets.token_urlsafe(32)}"
    await _ask(
        attack, f"GET /api/v1/calls HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n\r\n".encode()
    )


async def run(
    attack: Attack,
    does: Callable[[Attack, int], Awaitable[None]],
    *,
    at_once: int,
    times: int | None = None,
) -> Asked:
    """Let so many do it at once, over and over until the time is up, or so often in all."""
    numbers: Iterator[int] = iter(range(times)) if times else itertools.count()
    tried = 0

    async def one() -> None:
        nonlocal tried
        for number in numbers:
            if not attack.goes_on:
                return
            tried += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(
                    asyncio.get_running_loop().time() + attack.until - time.monotonic()
                ):
                    await does(attack, number)

    await asyncio.gather(*(one() for _ in range(at_once)))
    return Asked(tried, dict(sorted(attack.answers.items())))


async def _ask(attack: Attack, request: bytes) -> None:
    try:
        async with attack.line() as (reader, writer):
            writer.write(request)
            attack.count(await reader.readline())
    except OSError:
        attack.count(b"")


def _posted(path: str, body: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


if __name__ == "__main__":
    agent = Agent(int(sys.argv[1]), sys.argv[3], sys.argv[4])
    print(json.dumps(vars(agent.works(float(sys.argv[2])))), flush=True)
