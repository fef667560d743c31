"""What agents at work notice of strangers who lean on the desk: nothing, if it holds.

python -m bench.strangers           print the figures
python -m bench.strangers --keep    and write them into docs/benchmarks-desk.md

A desk as a process of its own over a small database; an agent asks twenty times a second and holds
the stream of events; then each kind of strangers does its worst for some seconds. All of it on the
loopback of one machine, so that nobody can be told from the agent by the address.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench import crowd, machine
from bench.crowd import Attack
from bench.page import with_section
from permissions.roles import Role
from settings import PROJECT
from tests.fakes.hostile_files import WAVS, WORKBOOKS
from tests.integration.desk_room import CSRF, GIVEN, NUMBERS, fill
from tests.waiting import until

SECONDS = 12.0
NOBODY_S = 6.0
"""The agent alone, before."""
BAR_MS, BAR_MB = 300.0, 200.0

Does = Callable[["Desk"], Awaitable[str]]


@dataclass(frozen=True)
class Desk:
    """A desk that runs."""

    port: int
    process: int


@dataclass(frozen=True)
class Noticed:
    """What the agent noticed of one kind of strangers."""

    kind: str
    answered: str
    """How the strangers were answered."""
    requests: int
    failed: int
    p50: float
    p99: float
    longest: float
    streams: int
    desk_mb: float
    """The most memory that the desk and what it started held at once, with what it had before."""


async def measured(kinds: Sequence[str]) -> list[Noticed]:
    """Let each kind do its worst to one desk, one after the other."""
    found = []
    async with desk_alone() as desk:
        for kind in kinds:
            found.append(await noticed(desk, kind, KINDS[kind]))
            print(found[-1], flush=True)
    return found


async def noticed(desk: Desk, kind: str, does: Does) -> Noticed:
    """Return what an agent notices of one kind."""
    memory = Memory(desk.process)
    watching = asyncio.create_task(memory.watch())
    seconds = SECONDS if does is not _nobody else NOBODY_S
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.crowd", f"{desk.port}", f"{seconds}"),
        *(AGENT, CSRF),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
    )
    await asyncio.sleep(1.0)
    answered = await does(desk)
    told, _ = await agent.communicate()
    watching.cancel()
    lived = crowd.Lived(**json.loads(told))
    for each in set(lived.failed):
        print(f"  failed: {each}", flush=True)
    return Noticed(
        kind=kind,
        answered=answered,
        requests=len(lived.ms),
        failed=len(lived.failed),
        p50=statistics.median(lived.ms),
        p99=sorted(lived.ms)[min(len(lived.ms) - 1, int(len(lived.ms) * 0.99))],
        longest=max(lived.ms),
        streams=lived.streams,
        desk_mb=memory.peak_mb,
    )


class Memory:
    """The most that a process and all that it started held at once."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.peak_mb = 0.0

    async def watch(self) -> None:
        while True:
            self.peak_mb = max(self.peak_mb, sum(map(_resident_mb, self._family())))
            await asyncio.sleep(0.02)

    def _family(self) -> Iterator[int]:
        left = [self._process]
        while left:
            one = left.pop()
            yield one
            for task in Path(f"/proc/{one}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    left += map(int, task.read_text().split())


def _resident_mb(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _nobody(_desk: Desk) -> str:
    return ""


def _crowd(
    does: Callable[[Attack, int], Awaitable[None]], *, at_once: int, times: int | None = None
) -> Does:
    async def run(desk: Desk) -> str:
        asked = await crowd.run(Attack(desk.port, SECONDS - 2), does, at_once=at_once, times=times)
        return f"{asked.tried}: " + ", ".join(f"{n} × {what}" for what, n in asked.answers.items())

    return run


async def _lists(desk: Desk) -> str:
    headers = {"Authorization": f"Bearer {GIVEN[Role.SURVEYOR]}"}
    address = f"http://127.0.0.1:{desk.port}"
    said: dict[int, int] = {}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        for made in WORKBOOKS.values():
            answer = await client.post("/api/v1/campaign-lists", content=made())
            said[answer.status_code] = said.get(answer.status_code, 0) + 1
    return f"{len(WORKBOOKS)}: " + ", ".join(f"{n} × {what}" for what, n in said.items())


async def _all(desk: Desk) -> str:
    """All that the bar names, at the same time."""
    kinds = [
        kind
        for kind in KINDS
        if kind.startswith(("600 idle", "600 pages of one", "2,000 begin", "100 "))
    ]
    await asyncio.gather(*(KINDS[kind](desk) for kind in kinds))
    return f"{len(kinds)} kinds"


STREAMER, AGENT = f"session-{Role.INSPECTOR.value}", f"session-{Role.SENIOR_AGENT.value}"
KINDS: Mapping[str, Does] = {
    "nobody": _nobody,
    "600 idle connections, replaced at once": _crowd(crowd.idle, at_once=600),
    "600 pages of one person": _crowd(crowd.streams(STREAMER), at_once=600),
    "600 pages of the agent's own": _crowd(crowd.streams(AGENT), at_once=600),
    "300 sign-ins, a byte a second": _crowd(crowd.trickle, at_once=300),
    "2,000 begin at the provider, 50 at once": _crowd(crowd.begins, at_once=50, times=2000),
    "100 wrong passwords of one account, 20 at once": _crowd(
        crowd.guesses(NUMBERS[Role.ADMINISTRATOR]), at_once=20, times=100
    ),
    "wrong passwords without end, 20 at once": _crowd(crowd.spray, at_once=20),
    "2,000 forged cookies, 100 at once": _crowd(crowd.forged, at_once=100, times=2000),
    "lists that are made to hurt": _lists,
    "idle, pages, starts and guesses at once": _all,
}


def recordings() -> list[tuple[str, float]]:
    """Return the most memory that each hostile recording takes, in MB, as the dispatcher does."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for what, made in WAVS.items():
            path = Path(folder) / "1_1.upload"
            path.write_bytes(made())
            found.append((what, asyncio.run(_of_recording(path))))
    return found


async def _of_recording(path: Path) -> float:
    words = ("--recording", str(path), "--out", str(path.with_suffix(".wav")))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sounds.notification", *words),
        cwd=PROJECT,
        stderr=subprocess.DEVNULL,
    )
    memory = Memory(process.pid)
    watching = asyncio.create_task(memory.watch())
    await process.wait()
    watching.cancel()
    return memory.peak_mb


@asynccontextmanager
async def desk_alone() -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        await fill(Path(folder))
        async with _provider() as issuer:
            port = _free_port()
            with _process(Path(folder), port, issuer) as process:
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                    await until(lambda: _answers(client), within=30, what="the desk answers")
                yield Desk(port, process.pid)


@contextmanager
def _process(home: Path, port: int, issuer: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "main", "serve", "desk"],
        cwd=PROJECT,
        env={
            **os.environ,
            "THIRDRING_HOME": str(home),
            "THIRDRING_DESK_PORT": str(port),
            "THIRDRING_OIDC_ISSUER": issuer,
            "THIRDRING_OIDC_CLIENT_ID": "thirdring",
            "THIRDRING_OIDC_CLIENT_SECRET": "secret",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@asynccontextmanager
async def _provider() -> AsyncIterator[str]:
    """Give the address of a provider that describes itself."""
    port = _free_port()
    issuer = f"http://127.0.0.1:{port}"
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    said = json.dumps({"issuer": issuer, **{name: f"{issuer}/{name}" for name in names}}).encode()

    async def describe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + said)
        writer.close()

    async with await asyncio.start_server(describe, "127.0.0.1", port):
        yield issuer


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health")).status_code in {200, 503}
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(found: Sequence[Noticed], brought: Sequence[tuple[str, float]]) -> str:
    """Return the section of docs/benchmarks-desk.md."""
    rows = [
        f"| {one.kind} | {one.answered or '–'} | {one.requests - one.failed} of {one.requests} "
        f"| {one.p50:.0f} ms | {one.p99:.0f} ms | {one.longest:.0f} ms "
        f"| {'yes' if one.streams == 1 else 'no'} | {one.desk_mb:.0f} MB |"
        for one in found
    ]
    recorded = [f"| {what} | {peak:.0f} MB |" for what, peak in brought]
    return SECTION.format(
        rows="\n".join(rows),
        recorded="\n".join(recorded),
        seconds=SECONDS,
        machine=machine.described("none"),
        load=machine.load(),
        when=f"{datetime.now(UTC):%Y-%m-%d}",
    )


SECTION = """## Strangers who lean on the desk

Measured by `python -m bench.strangers`: a desk as a process of its own, an agent in another one who
asks twenty times a second, each fifth time on a new connection, and holds the stream of events;
each kind of strangers leans on it for some {seconds:.0f} s, from the same address as the agent.

| strangers | their tries: answers | agent's requests | p50 | p99 | longest | stream held | memory |
|---|---|---|---|---|---|---|---|
{rows}

“Memory” is the most that the desk and all that it started held at once, its own 100 MB or so
included. Bar: the agent is never refused, p99 under 300 ms.

What the dispatcher's program takes to read a recording that is made to hurt, at most (bar: 200 MB):

| recording | memory |
|---|---|
{recorded}

{machine}. Load average {load:.1f} at the end. {when}.
"""


def main() -> None:
    """Measure as the options say."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", action="store_true")
    options.add_argument("kinds", nargs="*", help="only those whose name holds one of these")
    asked = options.parse_args()
    kinds = [kind for kind in KINDS if not asked.kinds or any(each in kind for each in asked.kinds)]
    found = asyncio.run(measured(kinds))
    brought = [] if asked.kinds else recordings()
    text = page(found, brought)
    print(text)
    if asked.keep:
        path = PROJECT / "docs" / "benchmarks-desk.md"
        path.write_text(with_section(path.read_text(), text))
    if any(one.failed or one.p99 > BAR_MS for one in found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
