"""One child process of the supervisor: its start, its log, its end.

A child dies with the supervisor (PR_SET_PDEATHSIG), leads a process group of its own, so that
Ctrl-C reaches only the supervisor, and carries THIRDRING_CHILD in its environment, by which what a
killed supervisor may have left is found.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "THIRDRING_CHILD"
LOG_LIMIT = 10 * 2**20
"""Bytes of a log at which it is put aside; three old ones are kept."""


@dataclass(frozen=True)
class Start:
    """What to start now, and what the site journal says of it."""

    words: Sequence[str]
    tale: Mapping[str, str]


@dataclass(frozen=True)
class Child:
    """A program to keep alive."""

    name: str
    kind: str
    """"switch" for Asterisk, "service" for ours: the journal's word (switch_started …)."""

    start: Callable[[], Start]
    """Asked before every start; may write the configuration."""

    is_ready: Callable[[], Awaitable[bool]]
    """Asked again and again until it says yes, and then whether it still does; never raises."""


async def spawn(child: Child, start: Start, *, home: Path) -> asyncio.subprocess.Process:
    """Start the child with its output at the end of HOME/log/<name>.log."""
    handle = _log(home / "log" / f"{child.name}.log")
    try:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", *start.words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            env={**os.environ, "THIRDRING_HOME": str(home), MARK: str(home)},
        )
    finally:
        os.close(handle)
    with contextlib.suppress(OSError):  # a full disk must not cost us the child that now runs
        (home / "run" / f"{child.name}.pid").write_text(f"{process.pid}\n")
    return process


def _log(path: Path) -> int:
    """Open a log for appending; where that cannot be done the child runs without one."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


async def end(process: asyncio.subprocess.Process, *, within: float) -> None:
    """Ask the child to end, and end its whole group when `within` seconds have passed."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            await process.wait()
    kill(process)
    await process.wait()


def kill(process: asyncio.subprocess.Process) -> None:
    """End the child and its whole group at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_leftovers(home: Path) -> list[str]:
    """Kill what a dead supervisor of this home left running; return the names."""
    mark = f"{MARK}={home}".encode()
    ended = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            name = (folder / "comm").read_text().strip()
            os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue
        ended.append(f"{name} (process {folder.name})")
    return ended


def limit_logs(folder: Path, *, limit: int = LOG_LIMIT) -> None:
    """Put logs over the limit aside; their writers append, so they go on in the emptied file."""
    for log in folder.glob("*.log"):
        if log.stat().st_size <= limit:
            continue
        for number in (2, 1):
            old = log.with_name(f"{log.name}.{number}")
            if old.exists():
                old.replace(log.with_name(f"{log.name}.{number + 1}"))
        newest = log.with_name(f"{log.name}.1")
        try:
            shutil.copyfile(log, newest)
        except OSError:  # no room to keep it: room is what is wanted most
            newest.unlink(missing_ok=True)
        os.truncate(log, 0)


def last_words(log: Path, *, lines: int = 5) -> str:
    """Return the end of a log, for a sentence that says why a child does not stay."""
    try:
        text = log.read_bytes()[-4000:].decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])
