"""What the files of one node's home say of somebody: voices, journals, logs, lists; and the list of
everybody who was erased, which outlives a restore.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from features.personal_data.people import Found
from features.personal_data.rows import Erased, digest_of
from paths import Paths
from traces import files

ASIDE: Final = "before-restore-*"
SWEPT: Final = ("journal", "log", "run")
"""Folders whose text is gone through line by line."""


def erase_files(
    paths: Paths, found: Found, read_up_to: Mapping[Path, int], now: float
) -> Sequence[Erased]:
    """Erase one person from the files of a home; return what was there. Raises OSError."""
    voices = [path for path in _voices(paths, found) if files.shred(path)]
    lines: dict[str, int] = {}
    for folder in SWEPT:
        for path in files.texts(paths.home / folder):
            end = read_up_to.get(path) if folder == "journal" else None
            with suppress(FileNotFoundError):
                if path.is_relative_to(paths.lists):  # one line each: it must be brought again
                    count = int(files.holds(path, found.spellings) and files.shred(path))
                else:
                    count = files.overwrite(path, found.spellings, now=now, end=end)
                if count:
                    lines[folder] = lines.get(folder, 0) + count
    gone = [
        Erased(what=f"lines in {name}/", count=count, digest=digest_of([name]))
        for name, count in lines.items()
    ]
    if voices:
        ids = [path.stem for path in voices]
        gone.append(Erased(what="voices", count=len(voices), digest=digest_of(ids)))
    return gone


def still_written(paths: Paths, found: Found) -> Sequence[str]:
    """Return which files of a home still say something of somebody, without the database."""
    left = [str(path.relative_to(paths.home)) for path in _voices(paths, found) if path.exists()]
    for folder in SWEPT:
        for path in files.texts(paths.home / folder):
            with suppress(FileNotFoundError):
                if files.holds(path, found.spellings):
                    left.append(str(path.relative_to(paths.home)))
    return left


def put_aside(paths: Paths, found: Found) -> int:
    """Return how many folders that a restore put aside still say something of somebody."""
    ids = {*found.subject.calls, *(Path(path).stem for path in found.sounds)}
    words = replace(found.spellings, keys=frozenset())  # ids of calls stay as figures
    return sum(
        any(
            path.stem in ids or files.holds(path, words)
            for path in folder.rglob("*")
            if path.is_file()
        )
        for folder in paths.home.glob(ASIDE)
    )


def _voices(paths: Paths, found: Found) -> Sequence[Path]:
    """Return every file with the person's voice: in the store, and in the spool before that."""
    store = paths.store.resolve()
    voices = [
        file
        for path in found.sounds
        if (place := (store / path).resolve()).is_relative_to(store)
        for file in (place, *_copies(paths, place))
    ]
    for call in sorted(found.subject.calls):
        voices.append(paths.spool_calls / f"{call}.raw")
        voices.append(paths.spool_messages / f"{call}.wav")
        voices += sorted(paths.spool_whispers.glob(f"{call}_*.raw"))
    return voices


def _copies(paths: Paths, place: Path) -> Iterator[Path]:
    """Give the same recording encoded or sealed, and as desks have decoded it to play it."""
    if place.suffix == ".wav":
        yield from sorted(set(place.parent.glob(f"{place.stem}.*")) - {place})
        yield from paths.run.glob(f"heard-*/{place.name}")


_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


class List:
    """`HOME/erased.jsonl`: the key of the digests; of who was erased the digest, and when.

    No restore puts it aside: a backup from before an erasure brings the person back, and the list
    says who is to be erased again. It is copied beside the backups.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mapping[tuple[str, str], datetime]:
        """Return by key (hexadecimal) and digest when somebody's erasure was asked for last."""
        found: dict[tuple[str, str], datetime] = {}
        with suppress(FileNotFoundError):
            for line in self._path.read_text("utf-8").splitlines():
                with suppress(ValueError, KeyError, TypeError):
                    said = json.loads(line)
                    who = str(said["key"]), str(said["person"])
                    found[who] = max(datetime.fromisoformat(said["at"]), found.get(who, _EARLIEST))
        return found

    def add(self, people: Mapping[tuple[str, str], datetime]) -> None:
        """Add everybody who is not on it with that time or a later one. Raises OSError."""
        known = self.read()
        lines = [
            json.dumps({"key": key, "person": person, "at": at.isoformat()})
            for (key, person), at in sorted(people.items())
            if at > known.get((key, person), _EARLIEST)
        ]
        if not lines:
            return
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
