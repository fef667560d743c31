"""Manifest of a backup: what it is of, every file with its SHA-256, and its own.

One JSON object a line: the heading, the files, and at the end the SHA-256 of all lines before. A
manifest without its end is that of a backup that was never finished.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from backup.errors import BackupError

NAME: Final = "MANIFEST.jsonl"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a backup is of."""

    made_at: str
    """ISO 8601, in UTC: the moment of which its rows are."""
    database: str
    """`sqlite` or `postgresql`."""
    revision: str
    """Of the tables."""
    rows: Mapping[str, int]
    """Of each table, how many rows."""
    node: str
    settings: Mapping[str, Any]
    """Those that are not as they are by default, without passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the backup; `mtime_ns` lets the next backup see that it has not changed."""

    path: str
    bytes: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    heading: Heading
    entries: Sequence[Entry]

    @property
    def bytes(self) -> int:
        return sum(entry.bytes for entry in self.entries)


def write(folder: Path, heading: Heading, entries: Iterable[Entry]) -> None:
    """Write the manifest of a folder, its end last."""
    digest, count = hashlib.sha256(), 0
    with (folder / NAME).open("wb") as file:

        def put(what: Mapping[str, Any]) -> None:
            line = json.dumps(what, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            digest.update(line)
            file.write(line)

        put({"format": FORMAT, **asdict(heading)})
        for entry in entries:
            put(asdict(entry))
            count += 1
        end = {"end": count, "sha256": digest.hexdigest()}
        file.write(json.dumps(end).encode() + b"\n")


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupError with one sentence if it is not whole."""
    if not folder.is_dir():
        raise BackupError(f"{folder} is no folder; name one that `thirdring backup` made.")
    try:
        lines = (folder / NAME).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is no backup: there is no {NAME} in it.{_inside(folder)}"
        ) from None
    except OSError as error:
        raise BackupError(f"{folder / NAME} cannot be read: {error.strerror}.") from None
    try:
        first, *middle, last = map(json.loads, lines)
        end, sealed = int(last["end"]), str(last["sha256"])
    except (ValueError, KeyError, TypeError):
        raise BackupError(
            f"The manifest of {folder} has no end: this backup was never finished. Use another."
        ) from None
    if sealed != hashlib.sha256(b"".join(lines[:-1])).hexdigest() or end != len(middle):
        raise BackupError(f"The manifest of {folder} was changed after it was made. Use another.")
    if first.pop("format") != FORMAT:
        raise BackupError(f"{folder} was made by a newer version of ThirdRing; use that one.")
    entries = [Entry(**each) for each in middle]
    for entry in entries:
        _refuse_a_way_out(folder, entry.path)
    return Manifest(Heading(**first), entries)


def _refuse_a_way_out(folder: Path, path: str) -> None:
    """Refuse a path that would be written outside of the home."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise BackupError(
            f"The manifest of {folder} names the file {path!r}; that is none of ours."
        )


def _inside(folder: Path) -> str:
    """Say which backup may be meant by the folder that holds several."""
    inner = sorted(found.parent.name for found in folder.glob(f"*/{NAME}"))
    return f" There are backups below it; the newest is {folder / inner[-1]}." if inner else ""
