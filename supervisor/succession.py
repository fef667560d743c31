"""Has another version follow the one that runs in a home, so that nobody who rings is left ringing.

Where that can be, Asterisk goes on with its calls (`supervisor/handover.py`). Where it must end,
calls are waited for; new ones are answered meanwhile as ever. Then who rings already is answered:
at once, whatever `answer_after` says. All who still talk are hung up, so that every telephone hears
the end. Then Asterisk hears no packet more: who rings from now on sends it again, and the next one
answers. Who had begun to ring before is still answered, and told of the end. Then it is ended in no
time: while it ends by itself it refuses callers. Where its ports cannot be closed, it is frozen at
a moment at which nobody rings, as far as its journals tell.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from settings import Settings
from supervisor import (
    asterisk,
    closed_port,
    farewell,
    handover,
    ports,
    render,
    same_switch,
    secrets,
)
from supervisor.asterisk import Installation, Say
from supervisor.children import MARK
from supervisor.handover import Successor
from tools.errors import SetupError, sentence

LEAVES_WITHIN_S = 30.0
FOLLOWS_WITHIN_S = 180.0
"""A start has 60 s for Asterisk and programs, and each program as much."""
SOON_S = 0.02
"""What `answer_after` is meanwhile."""
HUNG_UP_WITHIN_S = 0.3
PATIENCE_S = 10.0
STILL_WITHIN_S = 0.5
WRITTEN_WITHIN_S = 0.4
"""Within which a call that Asterisk has read of is in its journal, on a machine with much to do."""
FREEZES = 100
"""Tries to freeze Asterisk between two calls: some seconds in all."""

Console = Callable[[str], str]
"""Has the running Asterisk carry out a command; returns what it says."""


def end(settings: Settings, say: Say) -> int:
    """End the hotline of a home, and return its process id when it has ended; 0 when none ran.

    Waits for calls to end first (`wait_for_calls`). Raises SetupError when it does not end.
    """
    home = settings.paths.home
    with _holder(home) as (lock, pid):
        if not pid:
            return 0
        _say_good_bye(settings, say)
        how = handover.AT_ONCE if handover.is_offered(home, pid) else signal.SIGTERM
        with suppress(ProcessLookupError):
            _end_switch(settings, lambda: os.kill(pid, how))
        deadline = time.monotonic() + LEAVES_WITHIN_S
        while not _is_free(lock):
            if time.monotonic() > deadline:
                raise SetupError(
                    f"The hotline that runs in {home} (process {pid}) did not end within "
                    f"{LEAVES_WITHIN_S:.0f} s. Stop it, then start this one."
                )
            time.sleep(0.01)
        return pid


def follow(settings: Settings, installation: Installation, successor: Successor, say: Say) -> int:
    """Have the hotline of a home go on as this version; return its process id when it does.

    0: none runs, or it is of a version that cannot. Asterisk and its calls stay where they may;
    else calls are waited for (`wait_for_calls`). Raises SetupError when it did not become this one.
    """
    home = settings.paths.home
    with _holder(home) as (lock, pid):
        if not pid or not handover.is_offered(home, pid):
            return 0
        known = secrets.settle(settings.paths.secrets, settings.phones.split(","), settings.seats)
        why = same_switch.differs(
            settings, installation, ports=ports.load(settings.paths.ports), secrets=known
        )
        if why:
            say(f"Asterisk must be started anew: another is {why}")
            _say_good_bye(settings, say)
        try:
            if why:
                _end_switch(settings, lambda: handover.ask(home, pid, successor))
            else:
                handover.ask(home, pid, successor)
        except OSError as error:
            raise SetupError(sentence(error, doing="ask the running hotline")) from error
        deadline = time.monotonic() + FOLLOWS_WITHIN_S
        while (said := handover.answered(home, successor.token)) is None:
            if time.monotonic() > deadline or _is_free(lock):
                raise SetupError(f"Process {pid} did not become this version; see what it says.")
            time.sleep(0.05)
        if said:
            raise SetupError(f"Process {pid} did not become this version: {said}")
        return pid


@contextmanager
def _holder(home: Path) -> Iterator[tuple[int, int]]:
    """Give a handle of the lock of a home, and the process that holds it: 0 for none."""
    try:
        lock = (home / "run" / "supervisor.lock").open("r+")
    except FileNotFoundError:
        yield -1, 0
        return
    with lock:
        yield lock.fileno(), 0 if _is_free(lock.fileno()) else int(lock.read().strip() or 0)


def _say_good_bye(settings: Settings, say: Say) -> None:
    """Wait for calls, then have all who ring answered, and all who talk hear the end."""
    installation = asterisk.find(settings)
    if installation is None:
        return
    with suppress(OSError, ValueError, KeyError, TypeError, SetupError):
        port = int(json.loads(settings.paths.ports.read_text())["ami"])
        secret = secrets.load(settings.paths.secrets).ami
        farewell.let_calls_end(
            lambda: farewell.channels(port, secret), within=settings.wait_for_calls, say=say
        )
    configuration = render.configuration(settings)
    _let_nobody_ring(lambda words: _said(installation.remote(configuration, words)))
    _hang_up(settings)


def _let_nobody_ring(console: Console) -> None:
    """Have all who ring answered, and all calls hung up."""
    found = re.search(r"\bANSWER_AFTER=([\d.]+)", console("dialplan show globals"))
    if found is None:
        return  # Asterisk does not answer
    console(f"dialplan set global ANSWER_AFTER {SOON_S}")
    time.sleep(float(found[1]) + SOON_S)


def _hang_up(settings: Settings) -> None:
    """Let everybody who talks hear the end, where Asterisk and what we know of it allow."""
    try:
        port = int(json.loads(settings.paths.ports.read_text())["ami"])
        farewell.hang_up_answered(port, secrets.load(settings.paths.secrets).ami)
    except (OSError, ValueError, KeyError, TypeError, SetupError):
        return
    time.sleep(HUNG_UP_WITHIN_S)


def _end_switch(settings: Settings, tell_supervisor: Callable[[], None]) -> None:
    """End Asterisk in no time; its supervisor, which would start it again, is told just before."""
    home = settings.paths.home
    switch = _switch_of(home)
    if switch and closed_port.close(switch, frozenset({settings.sip_port, settings.sip_tls_port})):
        _await_nobody_rings(home / "journal")
        _hang_up(settings)
    elif switch:
        _freeze_between_calls(switch, home / "journal")
    try:
        tell_supervisor()
    finally:
        if switch:
            with suppress(ProcessLookupError):
                os.kill(switch, signal.SIGKILL)


def _switch_of(home: Path) -> int:
    """Return the process of the home's Asterisk, 0 when it is not there."""
    try:
        switch = int((home / "run" / "asterisk.pid").read_text())
        marks = Path(f"/proc/{switch}/environ").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return 0
    return switch if f"{MARK}={home}".encode() in marks else 0


def _await_nobody_rings(journals: Path) -> None:
    """Wait until whoever has begun to ring is answered or gone, and no one more is written down."""
    deadline = time.monotonic() + PATIENCE_S
    quiet = time.monotonic()
    while time.monotonic() < min(deadline, quiet + WRITTEN_WITHIN_S):
        if farewell.somebody_rings(journals):
            quiet = time.monotonic()
        time.sleep(SOON_S)


def _freeze_between_calls(switch: int, journals: Path) -> None:
    """Freeze Asterisk at a moment at which nobody has begun to ring and was not answered."""
    with suppress(ProcessLookupError):
        for _ in range(FREEZES):
            os.kill(switch, signal.SIGSTOP)
            _await_still(switch)
            if not farewell.somebody_rings(journals):
                return
            os.kill(switch, signal.SIGCONT)
            time.sleep(SOON_S)


def _await_still(switch: int) -> None:
    """Wait until every thread of a process stands still: one that goes on may write or answer."""
    deadline = time.monotonic() + STILL_WITHIN_S
    while time.monotonic() < deadline:
        threads = Path(f"/proc/{switch}/task").glob("*/stat")
        with suppress(OSError):  # a thread that ended just now: look again
            if all(each.read_text().rpartition(") ")[2].startswith(("T", "Z")) for each in threads):
                return
        time.sleep(0.001)


def _said(words: list[str]) -> str:
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return True
