"""Sandbox: a process with narrow limits, in which files that people bring are read.

A file may be made to eat memory or time. Whoever reads one does so in a process of its own, which
limits itself before it looks at a byte; nothing in the file can lift it. A process
that goes beyond loses nothing but itself, and what it went beyond is one word (`Limit`).
"""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_HOME: Final = Path(__file__).resolve().parent
_SURROUNDINGS: Final = {
    "LANG": "C.UTF-8",
    # each thread of a library takes memory before it does anything
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
_NO_MEMORY: Final = 71
"""How a process ends that asked for more memory than it may have."""
_BY_TIME: Final = frozenset({-signal.SIGXCPU, -signal.SIGKILL})
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What a process may use."""

    memory: int
    """Bytes it may write to; libraries that are only read are not counted."""
    cpu_s: int
    within_s: float
    told: int
    """Bytes it may answer with."""
    niceness: int = 5
    """Who talks to a caller goes first."""


class Limit(StrEnum):
    """What a process went beyond; `NONE`: it failed within its limits."""

    NONE = "none"
    MEMORY = "memory"
    TIME = "time"
    ANSWER = "answer"


class BeyondError(Exception):
    """There is no answer; `limit` says why."""

    def __init__(self, limit: Limit, said: str = "") -> None:
        super().__init__(said or limit.value)
        self.limit, self.said = limit, said
        """What the process said for people, when it failed within its limits."""


async def answer(module: str, words: Sequence[str], given: bytes, limits: SandboxLimits) -> bytes:
    """Return what a module of ours answers to `given`, in a process. Raises BeyondError."""
    process = await asyncio.create_subprocess_exec(
        *_command(module, words),
        cwd=_HOME,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(limits.within_s):
            _, told = await asyncio.gather(_feed(process, given), _told(process, limits.told))
            ended = await process.wait()
    except TimeoutError:
        raise BeyondError(Limit.TIME) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    _require_well(ended)
    return told


async def lines(
    module: str, words: Sequence[str], given: bytes, limits: SandboxLimits
) -> AsyncIterator[bytes]:
    """Give what a module of ours answers line by line, in a process. Raises BeyondError.

    A line is never longer than `limits.told` bytes; who reads slowly makes the process wait.
    """
    process = await asyncio.create_subprocess_exec(
        *_command(module, words),
        cwd=_HOME,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=limits.told,
    )
    assert process.stdout is not None
    feeding = asyncio.create_task(_feed(process, given))
    del given  # the process has it soon, and it may be long
    try:
        async with asyncio.timeout(limits.within_s):
            while line := await process.stdout.readline():
                yield line
            ended = await process.wait()
    except TimeoutError:
        raise BeyondError(Limit.TIME) from None
    except ValueError:  # a line beyond the limit
        raise BeyondError(Limit.ANSWER) from None
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    _require_well(ended)


def answer_now(module: str, words: Sequence[str], limits: SandboxLimits) -> bytes:
    """Return what a module of ours answers, to a program that waits. Raises BeyondError."""
    try:
        done = subprocess.run(  # noqa: S603 (our own module, no shell)
            _command(module, words),
            cwd=_HOME,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limits.within_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BeyondError(Limit.TIME) from None
    _require_well(done.returncode, done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def run(work: Callable[[], None], limits: SandboxLimits) -> None:
    """Limit this very process and do the work; ends the process when it fails."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    # Shared memory is not counted as data.
    addresses = 4 * limits.memory + 512 * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    os.nice(limits.niceness)
    try:
        work()
    except MemoryError:
        sys.stderr.close()
        os._exit(_NO_MEMORY)


def _command(module: str, words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", module, *words]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), **_SURROUNDINGS}


async def _feed(process: asyncio.subprocess.Process, given: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # it ended before it read everything
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


async def _told(process: asyncio.subprocess.Process, most: int) -> bytes:
    assert process.stdout is not None
    told = bytearray()
    while piece := await process.stdout.read(_PIECE):
        told += piece
        if len(told) > most:
            raise BeyondError(Limit.ANSWER)
    return bytes(told)


def _require_well(ended: int, said: str = "") -> None:
    """Raise BeyondError unless a process ended well.

    A library in another language has no MemoryError: it ends itself by a signal.
    """
    if ended in _BY_TIME:
        raise BeyondError(Limit.TIME)
    if ended == _NO_MEMORY or ended < 0:
        raise BeyondError(Limit.MEMORY)
    if ended != 0:
        raise BeyondError(Limit.NONE, said)
