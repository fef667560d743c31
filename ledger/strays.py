"""Journals that another program took away, as logrotate does: found again, so that no line is lost.

It renames a journal (`cel.csv.1`, `cel.csv-20261129`) or copies it there and empties it. What lies
there then is the journal that we were reading: it gets the name of a journal that was turned over,
and is read to its end. One that was packed meanwhile cannot be read; that is said.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

STRAY: Final = re.compile(
    r"(?P<name>cel\.csv|queue_log|site\.jsonl|dialogue-[\w-]+\.jsonl)[.-](?!g\d+$)(?P<rest>.+)"
)
PACKED: Final = (".gz", ".xz", ".bz2", ".zst", ".zip")

_log = structlog.get_logger(__name__)
_told: set[str] = set()


def strays(entries: "Sequence[os.DirEntry[str]]") -> "Sequence[tuple[str, os.DirEntry[str]]]":
    """Return each file that may have been a journal, with that journal's name; newest first."""
    found = [(match["name"], one) for one in entries if (match := STRAY.fullmatch(one.name))]
    return sorted(found, key=lambda each: _changed_at(each[1]), reverse=True)


def goes_on_at(path: Path, offset: int) -> bool:
    """Tell whether a file is so long, and a line begins at this byte."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < offset:
                return False
            file.seek(max(0, offset - 1))
            return offset == 0 or file.read(1) == b"\n"
    except OSError:
        return False


def is_packed(stray: "os.DirEntry[str]", unread_from: int) -> bool:
    """Tell whether a stray was packed, and say so once: what we had not read of it is lost."""
    if not stray.name.endswith(PACKED):
        return False
    if stray.path not in _told:
        _told.add(stray.path)
        _log.error(
            "a journal was packed by another program: what was unread of it is lost. Leave the "
            "folder journal/ to us, it is turned over and swept by itself",
            file=stray.name,
            read_up_to=unread_from,
        )
    return True


def take_back(stray: "os.DirEntry[str]", name: str, generation: int) -> bool:
    """Give a stray the name of a journal that was turned over; False when it is gone."""
    path = Path(stray.path)
    back = path.with_name(f"{name}.g{generation}")
    if back.exists():
        return False
    try:
        path.rename(back)
    except OSError:
        return False
    _log.warning(
        "a journal was rotated by another program: it is read on. Leave the folder journal/ to us",
        file=stray.name,
        known_as=back.name,
    )
    return True


def _changed_at(entry: "os.DirEntry[str]") -> float:
    try:
        return entry.stat().st_mtime
    except OSError:
        return 0.0
