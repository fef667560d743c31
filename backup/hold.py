"""Hold: while a backup notes what is there, no recording goes from the spool into the store.

A recording is in the spool until its row is committed. A backup reads the rows first and the spool
after them: a recording that moved in between would be in neither. A lock of the system, so that a
backup that is killed holds up nobody.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backup.errors import BackupError

NAME = "backup.lock"
WHOLE = "backup-whole.lock"
"""Held until a backup is whole: a recording whose copy is proven does not leave the store."""
PATIENCE_S = 120.0
"""Seconds in which the turn that is under way must end; its own limit is far below."""


@contextmanager
def nobody_moves(run: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold up the intake of recordings until the block ends. Raises BackupError."""
    busy = (
        f"The ledger has been taking recordings in for {patience_s:.0f} s without a pause, or "
        "another backup is at the same point. Try again; log/ledger.log says what the ledger does."
    )
    with _alone(run, NAME, patience_s, busy):
        yield


@contextmanager
def nobody_leaves(run: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Keep in the store what has a proven copy until the block ends. Raises BackupError."""
    busy = "Another backup of this home is under way, or a recording is being destroyed. Try again."
    with _alone(run, WHOLE, patience_s, busy):
        yield


@contextmanager
def leaving(run: Path) -> Iterator[bool]:
    """Say whether a copy may be destroyed until the block ends; a backup waits for its end."""
    with (run / WHOLE).open("a") as lock:
        yield _locked(lock.fileno(), fcntl.LOCK_SH)


@contextmanager
def moving(run: Path) -> Iterator[bool]:
    """Say whether recordings may be taken in until the block ends; a backup waits for its end."""
    with (run / NAME).open("a") as lock:
        yield _locked(lock.fileno(), fcntl.LOCK_SH)


@contextmanager
def _alone(run: Path, name: str, patience_s: float, busy: str) -> Iterator[None]:
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + patience_s
    with (run / name).open("a") as lock:
        while not _locked(lock.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise BackupError(busy)
            time.sleep(0.01)
        yield


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
