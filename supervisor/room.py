"""Room on the disk of a home: kept for journals and database, and told of before it is gone.

Recordings fill a disk, and are what is cut then; a call is answered, and its end is in the journal,
for as long as the kept blocks last.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import full_disk
from full_disk import MIB, Room

RESERVES: Final[Mapping[str, int]] = {
    "cel.csv": 16 * MIB,
    "queue_log": 4 * MIB,
    "site.jsonl": 1 * MIB,
}
"""Bytes; a call makes about 4 kB of channel events."""
DIALOGUES: Final[Mapping[str, int]] = {"[0-9]": 8 * MIB, "desk-": 1 * MIB}
"""The call service's, and the desk's."""
ASTERISKS: Final = "asterisk/lib/astdb.sqlite3"
DATABASES: Final[Mapping[str, int]] = {
    "thirdring.db": 16 * MIB,
    "thirdring.db-wal": 16 * MIB,
    ASTERISKS: MIB // 2,
    f"{ASTERISKS}-wal": MIB,
}
"""SQLite's files that grow: ours, and where Asterisk keeps which phones are registered."""
MOST: Final = 0.125
"""Part of a disk that is kept in all: a small one has less behind each file."""
LEAST: Final = MIB // 16
OVER_S: Final = 3600.0
"""A journal that has not grown for so long, beside a newer one, is written no more."""

Tell = Callable[[Room, int], None]


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of a disk, and how many of them are free."""

    total: int
    free: int

    @classmethod
    def of(cls, home: Path) -> "Usage":
        found = shutil.disk_usage(home)
        return cls(found.total, found.free)


@dataclass
class DiskRoom:
    """Watches the disk of a home; `tell` is told of each change, with the free MiB."""

    home: Path
    journal: Path
    mark: Path
    tell: Tell
    usage: Callable[[Path], Usage] = Usage.of
    now: Callable[[], float] = time.time
    _last: Room = Room.ENOUGH

    def look(self) -> None:
        """Keep room, and tell what has changed; does what can be done and raises nothing."""
        try:
            self._keep(self.usage(self.home).total)
            free = self.usage(self.home).free
        except OSError:
            return
        room = full_disk.room_of(free)
        self._mark(room)
        if room is not self._last:
            self._last = room
            self.tell(room, free // MIB)

    def _mark(self, room: Room) -> None:
        """Leave a file for the dialplan while there is room: to take one away needs none."""
        with suppress(OSError):
            if room is Room.FULL:
                self.mark.unlink(missing_ok=True)
            elif not self.mark.exists():
                self.mark.touch()

    def _keep(self, total: int) -> None:
        wanted = dict(self._reserved())
        part = min(1.0, MOST * total / sum(wanted.values()))
        for path, room in wanted.items():
            with suppress(OSError):
                full_disk.reserve(path, max(LEAST, int(room * part)))

    def _reserved(self) -> Iterator[tuple[Path, int]]:
        for name, room in RESERVES.items():
            yield self.journal / name, room
        over = list(self.journal.glob("*.g[0-9]*"))
        for writer, room in DIALOGUES.items():
            files = sorted(self.journal.glob(f"dialogue-{writer}*.jsonl"), key=_changed_at)
            yield from ((path, room) for path in files[-1:])
            over += files[:-1]
        for name, room in DATABASES.items():
            if (self.home / name).exists():
                yield self.home / name, room
        self._release(over)

    def _release(self, over: Sequence[Path]) -> None:
        for path in over:
            if self.now() - _changed_at(path) > OVER_S:
                with suppress(OSError):
                    full_disk.release(path)


def write_ahead(home: Path) -> None:
    """Have Asterisk's own database write into one file that stays: room can be kept for that.

    SQLite's usual way is a new file for each change; on a full disk no phone could register.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(home / ASTERISKS)) as database:
        database.execute("PRAGMA journal_mode=WAL")


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
