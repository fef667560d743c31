"""The supervisor goes on as another version of itself, and Asterisk with its calls stays as it is.

The other version asks: a file in HOME/run says as what to go on, SIGUSR1 when. The process then
replaces its own program (execve). So its children stay its children, the home stays locked, and a
service manager sees the process that it knows. What the next one must know is in memory that it
inherits, never on the disk. A version that does not get going hands back to the one before.
"""

import json
import os
import secrets as randomness
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, NoReturn

ASKED: Final = signal.SIGUSR1
AT_ONCE: Final = signal.SIGQUIT
"""To a supervisor that hands over: end now, without waiting for calls."""

Say = Callable[[str], None]

OF_THE_PROCESS: Final = (
    *("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "INVOCATION_ID", "JOURNAL_STREAM"),
)
"""What a service manager has told this very process: it stays so, whatever version it is."""

INHERITED: Final = "_THIRDRING_INHERITED"
"""Names the handle of what the version before has left; no setting."""


@dataclass(frozen=True)
class Successor:
    """As what a supervisor goes on: a command line, its folder and environment."""

    words: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    token: str
    """Under which it says what came of it."""


@dataclass(frozen=True)
class Inheritance:
    """What the version before has left."""

    lock: int
    """The handle that holds the home."""
    pids: Mapping[str, int]
    """Children that ran when it handed over."""
    token: str
    before: Successor | None
    """As what to go on when this version cannot; None for one that has run already."""


@dataclass(frozen=True)
class Turn:
    """What a version that runs does when it is another's turn."""

    home: Path
    words: Sequence[str]
    """They start this version again."""
    lock: int
    before: Inheritance | None
    say: Say

    def over(self, pids: Mapping[str, int]) -> None:
        """Go on as the version that has asked for it; return when that cannot be."""
        if (wanted := asked(self.home)) is None:
            return
        left = Inheritance(self.lock, pids, wanted.token, current(self.words))
        self.say(f"going on as the version in {wanted.folder}")
        try:
            become(wanted, left, self.home)
        except OSError as error:
            self.say(f"that version cannot be started ({error}); this one goes on")
            offer(self.home)
            answer(self.home, wanted.token, f"it cannot be started: {error}")

    def back(self, pids: Mapping[str, int], error: Exception) -> None:
        """Let the version before go on; return when there is none."""
        if self.before is not None:
            left = replace(self.before, lock=self.lock, pids=pids)
            go_back(self.home, left, error, self.say)

    def done(self) -> None:
        """Say that this version has got going, and hands over in its turn."""
        offer(self.home)
        if self.before is not None:
            answer(self.home, self.before.token)


def go_back(home: Path, left: Inheritance | None, error: Exception, say: Say) -> None:
    """Have the version before go on with what it has left, and say why; it has run already."""
    if left is None or left.before is None:
        return
    say(f"this version does not get going, the one before goes on: {error}")
    answer(home, left.token, f"the one before goes on: {error}")
    with suppress(OSError):
        become(left.before, replace(left, token="", before=None), home)


def current(words: Sequence[str]) -> Successor:
    """Return this version, started with these words."""
    kept = {name: value for name, value in os.environ.items() if name != INHERITED}
    folder, token = str(Path.cwd()), randomness.token_hex(8)
    return Successor(words=tuple(words), folder=folder, environment=kept, token=token)


def offer(home: Path) -> None:
    """Say that this process hands over when it is asked to."""
    with suppress(OSError):  # a full disk: then the next version ends this one instead
        _offered(home).write_text(f"{os.getpid()}\n")


def is_offered(home: Path, pid: int) -> bool:
    """Tell whether the supervisor that runs in a home hands over; older ones do not."""
    try:
        return _offered(home).read_text().strip() == str(pid)
    except OSError:
        return False


def ask(home: Path, pid: int, successor: Successor) -> None:
    """Ask a supervisor to go on as this successor. Raises OSError.

    The file holds an environment, with passwords perhaps: it is closed to others, and removed when
    it has been read.
    """
    wanted = _wanted(home)
    wanted.unlink(missing_ok=True)
    handle = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(successor), file)
    os.kill(pid, ASKED)


def asked(home: Path) -> Successor | None:
    """Return as what to go on, once; None when nothing readable is there."""
    try:
        found = Successor(**json.loads(_wanted(home).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    finally:
        _wanted(home).unlink(missing_ok=True)
    return found


def become(successor: Successor, inheritance: Inheritance, home: Path) -> NoReturn:
    """Go on as another version; call it in the main thread. Raises OSError when that cannot be.

    Children die with the thread that started them (PR_SET_PDEATHSIG): that one must stay.
    """
    if not os.access(successor.words[0], os.X_OK) or not Path(successor.folder).is_dir():
        raise FileNotFoundError(2, "No such program", successor.words[0])
    handle = os.memfd_create("inherited", 0)  # without MFD_CLOEXEC: the next one reads it
    os.write(handle, json.dumps(asdict(inheritance)).encode())
    os.set_inheritable(inheritance.lock, True)
    _offered(home).unlink(missing_ok=True)
    signal.signal(ASKED, signal.SIG_IGN)  # until the next one has its own handler
    os.chdir(successor.folder)
    ours = {name: os.environ[name] for name in OF_THE_PROCESS if name in os.environ}
    environment = {**successor.environment, **ours, INHERITED: str(handle)}
    os.execve(successor.words[0], list(successor.words), environment)  # noqa: S606


def inherited() -> Inheritance | None:
    """Return what the version before has left, once; None when this one was started anew."""
    named = os.environ.pop(INHERITED, "")
    if not named:
        return None
    with os.fdopen(int(named), "rb") as file:
        file.seek(0)
        found = json.loads(file.read())
    os.set_inheritable(found["lock"], False)
    return Inheritance(**{**found, "before": _read(found["before"])})


def _read(before: Mapping[str, Any] | None) -> Successor | None:
    return None if before is None else Successor(**before)


def answer(home: Path, token: str, said: str = "") -> None:
    """Tell who asked what came of it: nothing said is well."""
    if token:
        with suppress(OSError):
            _answered(home).write_text(json.dumps({"token": token, "said": said}))


def answered(home: Path, token: str) -> str | None:
    """Return what came of a request, None while that is open."""
    try:
        found = json.loads(_answered(home).read_text())
        return str(found["said"]) if found["token"] == token else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _offered(home: Path) -> Path:
    return home / "run" / "hands-over"


def _wanted(home: Path) -> Path:
    return home / "run" / "successor.json"


def _answered(home: Path) -> Path:
    return home / "run" / "handed-over.json"
