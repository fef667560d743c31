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
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from process_priority import NICENESS, give_priority, priority_of
from supervisor.notifying import OURS as OF_SYSTEMD
from supervisor.reopening import Reopening

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

    reopening: Reopening | None = None
    """How it is made to open its files anew, where it keeps them open."""


class Life(Protocol):
    """A running child."""

    @property
    def pid(self) -> int: ...

    async def wait(self) -> int:
        """Return the exit status when it has ended."""

    def terminate(self) -> None:
        """Send SIGTERM. Raises ProcessLookupError when it has ended."""


@dataclass
class Adopted:
    """A child that an earlier version of this very process has started; it is still our child."""

    pid: int
    tale: Mapping[str, str]
    _over: "asyncio.Task[int] | None" = field(default=None, repr=False)

    @classmethod
    def alive(cls, pid: int, tale: Mapping[str, str]) -> "Adopted | None":
        """Return the child, None when it has ended meanwhile."""
        try:
            ended, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None
        return None if ended else cls(pid, tale)

    async def wait(self) -> int:
        if self._over is None:
            self._over = asyncio.create_task(self._reaped())
        return await asyncio.shield(self._over)

    def terminate(self) -> None:
        if self._over is None or not self._over.done():
            os.kill(self.pid, signal.SIGTERM)

    def end_now(self) -> None:
        """End it at once; only where nobody waits for it."""
        kill(self)
        os.waitpid(self.pid, 0)

    async def _reaped(self) -> int:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        handle = os.pidfd_open(self.pid)
        loop.add_reader(handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)
        _, status = os.waitpid(self.pid, 0)  # noqa: ASYNC222 (it has ended)
        return os.waitstatus_to_exitcode(status)


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
            env={
                **{name: value for name, value in os.environ.items() if name not in OF_SYSTEMD},
                "THIRDRING_HOME": str(home),
                MARK: str(home),
            },
        )
    finally:
        os.close(handle)
    give_priority(process.pid, beside=priority_of(os.getpid()), by=NICENESS.get(child.name, 0))
    with contextlib.suppress(OSError):  # a full disk must not cost us the child that now runs
        (home / "run" / f"{child.name}.pid").write_text(f"{process.pid}\n")
    return process


def _log(path: Path) -> int:
    """Open a log for appending; where that cannot be done the child runs without one."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


async def end(process: Life, *, within: float) -> None:
    """Ask the child to end, and end its whole group when `within` seconds have passed."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            await process.wait()
    kill(process)
    await process.wait()


def kill(process: Life) -> None:
    """End the child and its whole group at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_leftovers(home: Path, *, but: Collection[int] = ()) -> list[str]:
    """Kill what a dead supervisor of this home left running; return the names.

    `but` are the children that this one goes on with.
    """
    mark = f"{MARK}={home}".encode()
    ended = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if _is_of(int(folder.name), but):
                continue
            if mark not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            name = (folder / "comm").read_text().strip()
            os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue
        ended.append(f"{name} (process {folder.name})")
    return ended


def _is_of(pid: int, leaders: Collection[int]) -> bool:
    """Tell whether a process is one of these, or in the group of one. Raises OSError."""
    return bool(leaders) and (pid in leaders or os.getpgid(pid) in leaders)


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
