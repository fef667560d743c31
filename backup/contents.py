"""What of a home is kept, and which of its files there are at one moment.

Not kept: what the next start makes again (`asterisk/`, `run/`, `sounds/`), and logs.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROWING: Final = ("journal", "spool")
"""Folders whose files are written while we read: noted and copied while nothing moves."""

STANDING: Final = ("store", "sounds-own", "sounds-spoken", "spoken", "outage")
"""Folders whose files are whole as soon as they have their name."""

SINGLE: Final = ("secrets.json", "device.key", "mail.key", "trunks.toml")
"""Never `sealing.key` or `recordings.key`: what is sealed would lie with its key beside it."""

KEPT: Final = (*GROWING, *STANDING, *SINGLE)

DATABASE: Final = "database"
"""The database's name inside a backup: an SQLite file, or what pg_dump wrote."""

_UNFINISHED: Final = (".incoming", ".copying")


@dataclass(frozen=True, slots=True)
class Noted:
    """A file as it was when the backup began; `path` is relative to the home."""

    path: str
    bytes: int


def noted(home: Path, names: Sequence[str]) -> list[Noted]:
    """Return every file below these names that is there now, in a stable order."""
    return [found for name in names for found in sorted(_below(home, home / name), key=_path)]


def is_empty(home: Path) -> bool:
    """Tell whether there is nothing in a home that a restore would put aside."""
    return not noted(home, KEPT)


def _path(found: Noted) -> str:
    return found.path


def _below(home: Path, path: Path) -> Iterator[Noted]:
    try:
        facts = path.lstat()
        if path.is_symlink():
            return
        if not path.is_dir():
            yield Noted(str(path.relative_to(home)), facts.st_size)
            return
        inner = [Path(entry.path) for entry in os.scandir(path) if entry.name not in _UNFINISHED]
    except FileNotFoundError:  # taken away while we looked
        return
    for each in inner:
        yield from _below(home, each)
