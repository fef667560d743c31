"""Process tree: starts the children, keeps them alive, ends them all.

A child that dies is started again after 0.2 s, and later each time it does not stay (5 s at most).
One that lives but answers nobody any more is killed, so that it can be started again.
Before everything is ready for the first time a child that dies three times ends the start instead:
then something is wrong that only a person can mend.
"""

import asyncio
import fcntl
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import full_disk
from full_disk import Room
from supervisor import notifying
from supervisor.children import Adopted, Child, Life, end, kill, last_words, limit_logs, spawn
from supervisor.handover import ASKED, AT_ONCE
from supervisor.room import DiskRoom
from tools.errors import SetupError

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STAYED = 10.0
"""Seconds a child must live for its next pause to be short again."""

FIRST_ASKED_EVERY = 1.0
"""Seconds between questions to a child that has never answered yet; it has READY_WITHIN for it."""
ASKED_EVERY, SILENT_TIMES = 5.0, 3
"""Seconds between questions whether a child still answers, and how many "no" are too many."""

LOGS_EVERY = 30.0
"""Seconds between two looks at the logs: their size, and whether somebody has renamed them."""

ROOM_EVERY = 2.0
"""Seconds between two looks at the room on the disk."""

TRIES = 3
READY_WITHIN = 60.0
SWITCH_ENDS_WITHIN, SERVICES_END_WITHIN = 5.0, 3.0
RENEWED_WITHIN = 10.0
"""Seconds that a program of the version before has for its end: dialogues take up to 8."""

ROOM_WORDS: Mapping[Room, str] = {
    Room.ENOUGH: "there is room on the disk again ({free} MiB)",
    Room.LOW: "only {free} MiB are free for {home}: make room, recordings will be cut short",
    Room.FULL: "the disk of {home} is full: calls go on, recordings are cut until there is room",
}

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
    adopted: dict[str, Adopted] = field(default_factory=dict)
    """Children that run already: the version before has started them."""
    quiet: Callable[[threading.Event], object] | None = None
    """Waits, in a thread, for calls to end before a stop, or until the event is set."""
    hand_over: Callable[[Mapping[str, int]], None] | None = None
    """Goes on as the version that asks for it, with these children; returns if that cannot be."""
    hand_back: Callable[[Mapping[str, int], SetupError], None] | None = None
    """The same with the version before, when this one does not get going."""
    _announced: bool = False
    _unwritten: list[str] = field(default_factory=list)
    _running: dict[str, Life] = field(default_factory=dict)
    _deaths: dict[str, int] = field(default_factory=dict)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody wants an end."""
    _cut: threading.Event = field(default_factory=threading.Event)
    """… and waits for no call."""
    _successor: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, announce: Callable[[], None]) -> None:
        """Keep everything alive; `announce` when all are ready. Raises SetupError before that."""
        self._listen()
        if len(self._dated()) == len(self.adopted):
            await self._end_services()  # a new Asterisk must not meet programs of before
        room = DiskRoom(
            self.home, self.journal, self.home / "run" / "disk-has-room", tell=self._tell_of_room
        )
        room.look()
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children]
        watchers = [
            asyncio.create_task(self._limit_logs()),
            asyncio.create_task(notifying.stay_alive()),
            asyncio.create_task(_watch(room)),
        ]
        try:
            here = [child for child in self.children if child not in self._dated()]
            if await self._ready(here, keepers) and await self._renew(keepers):
                self._announced = True
                announce()
                notifying.say("READY=1\nSTATUS=calls are answered")
                await self._until_asked()
        except SetupError as error:
            if self.hand_back is not None:
                self.hand_back(self._pids(), error)
            raise
        finally:
            self._stop.set()
            notifying.say("STOPPING=1")
            for task in (*keepers, *watchers):
                task.cancel()
            await asyncio.gather(*keepers, *watchers, return_exceptions=True)
            await self._end_all()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask_to_stop)
        loop.add_signal_handler(AT_ONCE, self._ask_to_stop, "at once")
        loop.add_signal_handler(ASKED, self._successor.set)

    def _ask_to_stop(self, how: str = "") -> None:
        if how or self._asked.is_set():  # who asks twice waits for nobody
            self._cut.set()
        self._asked.set()

    async def _until_asked(self) -> None:
        """Return when it is time to end; hand over when somebody wants that instead."""
        stop = asyncio.create_task(self._asked.wait())
        try:
            while not stop.done():
                succeeding = asyncio.create_task(self._successor.wait())
                await asyncio.wait({stop, succeeding}, return_when=asyncio.FIRST_COMPLETED)
                succeeding.cancel()
                if self._successor.is_set() and self.hand_over is not None:
                    self._successor.clear()
                    self._write_journal()
                    self.hand_over(self._pids())
        finally:
            stop.cancel()
        if self.quiet is not None and not self._cut.is_set():
            await asyncio.to_thread(self.quiet, self._cut)

    def _dated(self) -> list[Child]:
        """Return programs of ours that still are of the version before."""
        ours = (child for child in self.children if child.kind == "service")
        return [child for child in ours if child.name in self.adopted]

    async def _end_services(self) -> None:
        ending = [end(life, within=SERVICES_END_WITHIN) for life in self.adopted.values()]
        await asyncio.gather(*ending)
        self.adopted.clear()

    async def _renew(self, keepers: Sequence[asyncio.Task[None]]) -> bool:
        """Let a program of this version follow each of the version before, one after the other."""
        for child in self._dated():
            life = self.adopted.pop(child.name)
            if self._running.get(child.name) is not life:
                continue  # it has ended by itself, and was started anew
            self._deaths[child.name] = 0
            await end(life, within=RENEWED_WITHIN)
            while self._running.get(child.name) is life:  # noqa: ASYNC110 (its keeper will see)
                await asyncio.sleep(0.01)
            if not await self._ready([child], keepers):
                return False
        return True

    def _pids(self) -> dict[str, int]:
        return {name: life.pid for name, life in self._running.items()}

    async def _ready(
        self, children: Sequence[Child], keepers: Sequence[asyncio.Task[None]]
    ) -> bool:
        """Wait until children are ready; False when asked to stop meanwhile."""
        ready = asyncio.create_task(self._all_ready(children))
        stop = asyncio.create_task(self._asked.wait())
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
        return not self._asked.is_set()

    async def _all_ready(self, children: Sequence[Child]) -> None:
        await asyncio.gather(*(self._until_ready(child) for child in children))

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
        process, tale = await self._begun(child)
        self._running[child.name] = process
        watching = asyncio.create_task(self._watch(child, process))
        try:
            status = await process.wait()
        finally:
            watching.cancel()
        del self._running[child.name]
        if not self._stop.is_set():
            self._journal(f"{child.kind}_died", {**tale, "status": status})
        return status

    async def _begun(self, child: Child) -> tuple[Life, Mapping[str, str]]:
        """Return a child that runs already, or start it; and what the journal says of it."""
        if child.name not in self._deaths and (life := self.adopted.get(child.name)):
            return life, life.tale
        start = child.start()
        self._journal(f"{child.kind}_started", start.tale)
        return await spawn(child, start, home=self.home), start.tale

    async def _watch(self, child: Child, process: Life) -> None:
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
            for child in self.children:
                if child.reopening and (process := self._running.get(child.name)):
                    await child.reopening.look(process.pid)
            await asyncio.sleep(LOGS_EVERY)

    async def _end_all(self) -> None:
        """Asterisk first, so that our programs still see its calls end; then they."""
        for kind, within in (("switch", SWITCH_ENDS_WITHIN), ("service", SERVICES_END_WITHIN)):
            names = [child.name for child in self.children if child.kind == kind]
            going = [self._running[name] for name in names if name in self._running]
            await asyncio.gather(*(end(process, within=within) for process in going))
        for child in self.children:
            (self.home / "run" / f"{child.name}.pid").unlink(missing_ok=True)

    def _tell_of_room(self, room: Room, free: int) -> None:
        self.say(ROOM_WORDS[room].format(free=free, home=self.home))
        what = "disk_has_room" if room is Room.ENOUGH else f"disk_{room}"
        self._journal(what, {"free_mib": free})

    def _journal(self, what: str, tale: Mapping[str, object]) -> None:
        line = json.dumps({"at": round(self.now(), 6), "what": what, **tale}, ensure_ascii=False)
        self._unwritten.append(line + "\n")
        self._write_journal()

    def _write_journal(self) -> None:
        """Append what happened; on a full disk keep it until there is room."""
        path = self.journal / "site.jsonl"
        with suppress(OSError):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                while self._unwritten:
                    full_disk.append(file, self._unwritten[0].encode())
                    del self._unwritten[0]
            finally:
                os.close(file)


async def _watch(room: DiskRoom) -> None:
    while True:
        await asyncio.sleep(ROOM_EVERY)
        await asyncio.to_thread(room.look)


@contextmanager
def alone(home: Path, pid: int, *, held: int | None = None) -> Iterator[int]:
    """Hold the home for this supervisor, and give the handle that holds it.

    `held` is such a handle, of the version before. Raises SetupError when another one has the home.
    """
    path = home / "run" / "supervisor.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") if held is None else os.fdopen(held, "a+") as lock:
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
        yield lock.fileno()
