"""Process tree: starts the children, keeps them alive, ends them all.

A child that dies is started again after 0.2 s, and later each time it does not stay (5 s at most).
One that lives but answers nobody any more is killed, so that it can be started again.
Before everything is ready for the first time a child that dies three times ends the start instead:
then something is wrong that only a person can mend.
"""

import asyncio
import fcntl
import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from supervisor.children import Child, end, kill, last_words, limit_logs, spawn
from tools.errors import SetupError

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STAYED = 10.0
"""Seconds a child must live for its next pause to be short again."""

FIRST_ASKED_EVERY = 1.0
"""Seconds between questions to a child that has never answered yet; it has READY_WITHIN for it."""
ASKED_EVERY, SILENT_TIMES = 5.0, 3
"""Seconds between questions whether a child still answers, and how many "no" are too many."""

TRIES = 3
READY_WITHIN = 60.0
SWITCH_ENDS_WITHIN, SERVICES_END_WITHIN = 5.0, 3.0

Clock = Callable[[], float]


def pause_after(lived: float, before: float) -> float:
    """Return the seconds to wait before the next start of a child that lived so long."""
    return FIRST_PAUSE if lived >= STAYED or not before else min(before * 2, LONGEST_PAUSE)


@dataclass
class Supervisor:
    """Runs the children of one home until it is asked to stop."""

    home: Path
    journal: Path
    """Folder in which births and deaths are written down."""
    children: Sequence[Child]
    now: Clock = time.time
    say: Callable[[str], None] = print
    _announced: bool = False
    _unwritten: list[str] = field(default_factory=list)
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _deaths: dict[str, int] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, announce: Callable[[], None]) -> None:
        """Keep everything alive; `announce` when all are ready. Raises SetupError before that."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children]
        watchers = [asyncio.create_task(self._limit_logs())]
        try:
            if await self._ready(keepers):
                self._announced = True
                announce()
                await self._stop.wait()
        finally:
            self._stop.set()
            for task in (*keepers, *watchers):
                task.cancel()
            await asyncio.gather(*keepers, *watchers, return_exceptions=True)
            await self._end_all()

    async def _ready(self, keepers: Sequence[asyncio.Task[None]]) -> bool:
        """Wait until all children are ready; False when asked to stop meanwhile."""
        ready = asyncio.create_task(self._all_ready())
        stop = asyncio.create_task(self._stop.wait())
        try:
            async with asyncio.timeout(READY_WITHIN):
                await asyncio.wait({ready, stop, *keepers}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise SetupError(
                f"Not everything was ready within {READY_WITHIN:.0f} s; see {self.home / 'log'}."
            ) from None
        finally:
            ready.cancel()
            stop.cancel()
        for keeper in keepers:
            if keeper.done():
                keeper.result()
        return not self._stop.is_set()

    async def _all_ready(self) -> None:
        await asyncio.gather(*(self._until_ready(child) for child in self.children))

    async def _until_ready(self, child: Child) -> None:
        while child.name not in self._running or not await child.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # nobody tells when another program is ready: ask again
        self._deaths[child.name] = -(10**9)  # from now on it may die as often as it likes

    async def _keep(self, child: Child) -> None:
        pause = 0.0
        while True:
            begun = time.monotonic()
            try:
                status = await self._one_life(child)
            except (OSError, SetupError) as error:
                if not self._announced:
                    raise
                self.say(f"cannot start {child.name} ({error}); trying again")
                status = None
            if self._stop.is_set():
                return
            self._count_death(child, status)
            pause = pause_after(time.monotonic() - begun, pause)
            await asyncio.sleep(pause)

    async def _one_life(self, child: Child) -> int:
        """Start the child, and return its exit status when it has ended."""
        start = child.start()
        self._journal(f"{child.kind}_started", start.tale)
        process = await spawn(child, start, home=self.home)
        self._running[child.name] = process
        watching = asyncio.create_task(self._watch(child, process))
        try:
            status = await process.wait()
        finally:
            watching.cancel()
        if not self._stop.is_set():
            self._journal(f"{child.kind}_died", {**start.tale, "status": status})
        return status

    async def _watch(self, child: Child, process: asyncio.subprocess.Process) -> None:
        """Kill a child that hangs: nobody else would notice before a caller does."""
        started = time.monotonic()
        while not await child.is_ready():
            if time.monotonic() - started > READY_WITHIN:
                break
            await asyncio.sleep(FIRST_ASKED_EVERY)
        else:
            silent = 0
            while silent < SILENT_TIMES:
                await asyncio.sleep(ASKED_EVERY)
                silent = 0 if await child.is_ready() else silent + 1
        self.say(f"{child.name} answers nobody any more: it is killed and started again")
        kill(process)

    def _count_death(self, child: Child, status: int | None) -> None:
        self._deaths[child.name] = self._deaths.get(child.name, 0) + 1
        if self._deaths[child.name] >= TRIES:
            log = self.home / "log" / f"{child.name}.log"
            raise SetupError(
                f"{child.name} ended {TRIES} times (status {status}) before it was ready. "
                f"{log} says:\n{last_words(log)}"
            )

    async def _limit_logs(self) -> None:
        while True:
            with suppress(OSError):
                limit_logs(self.home / "log")
            self._write_journal()
            await asyncio.sleep(30)

    async def _end_all(self) -> None:
        """Asterisk first, so that our programs still see its calls end; then they."""
        for kind, within in (("switch", SWITCH_ENDS_WITHIN), ("service", SERVICES_END_WITHIN)):
            names = [child.name for child in self.children if child.kind == kind]
            going = [self._running[name] for name in names if name in self._running]
            await asyncio.gather(*(end(process, within=within) for process in going))
        for child in self.children:
            (self.home / "run" / f"{child.name}.pid").unlink(missing_ok=True)

    def _journal(self, what: str, tale: Mapping[str, object]) -> None:
        line = json.dumps({"at": round(self.now(), 6), "what": what, **tale}, ensure_ascii=False)
        self._unwritten.append(line + "\n")
        self._write_journal()

    def _write_journal(self) -> None:
        """Append what happened; on a full disk keep it until there is room."""
        path = self.journal / "site.jsonl"
        with suppress(OSError), path.open("a", buffering=1) as journal:
            while self._unwritten:
                journal.write(self._unwritten[0])
                del self._unwritten[0]


@contextmanager
def alone(home: Path, pid: int) -> Iterator[None]:
    """Hold the home for this supervisor. Raises SetupError when another one has it."""
    path = home / "run" / "supervisor.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SetupError(
                f"{home} is already run by process {lock.read().strip() or 'unknown'}; stop that "
                "one, or set THIRDRING_HOME (and the ports) for a second instance."
            ) from None
        lock.truncate(0)
        lock.write(f"{pid}\n")
        lock.flush()
        yield
