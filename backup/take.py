"""Takes a backup while everything runs.

The order is what makes it whole: the database is held at one moment; then the journals and the
spool are copied, which are at or after that moment, while no recording moves into the store; then
the store is listed. After that everything moves on, and the long copying begins. What a restored
ledger finds in the journals beyond the database's moment, it reads as if it had been away.

A backup has its name only when it is whole and on the disk. What a killed one left is removed by
the next.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from backup import contents, manifest, postgres_copy, sqlite_copy
from backup.contents import Noted
from backup.errors import BackupError
from backup.hold import nobody_leaves, nobody_moves
from backup.manifest import Entry, Heading, Manifest
from backup.postgres_copy import FrozenPostgres
from backup.progress import Say, Told, megabytes
from backup.sqlite_copy import FrozenSqlite
from tools.errors import first_existing

UNFINISHED = ".unfinished"
CHUNK = 1 << 20
ROOM_LEFT = 256 << 20
"""Bytes that must be left where a backup goes: it may be the disk that recordings need."""

Frozen = FrozenSqlite | FrozenPostgres


@dataclass(frozen=True, kw_only=True)
class Home:
    """What a backup is of."""

    folder: Path
    run: Path
    database: str
    """SQLAlchemy's address."""
    node: str
    settings: Mapping[str, Any]


@dataclass
class _Work:
    """A backup that is being written, and what it has so far."""

    home: Path
    folder: Path
    before: Mapping[str, Entry]
    """Files of the last backup, to be named here again where they have not changed."""
    last: Path | None
    entries: list[Entry] = field(default_factory=list)

    def keep(self, found: Noted, *, up_to: int | None = None, lines: bool = False) -> None:
        """Copy one file; one that is gone meanwhile is not kept."""
        source, target = self.home / found.path, self.folder / "files" / found.path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with source.open("rb") as file:
                facts = os.fstat(file.fileno())
                if self._is_as_before(found.path, facts, target):
                    return
                size, sha256 = _copied(file, target, up_to, lines=lines)
        except FileNotFoundError:
            return
        os.utime(target, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
        self.entries.append(
            Entry(path=found.path, bytes=size, sha256=sha256, mtime_ns=facts.st_mtime_ns)
        )

    def _is_as_before(self, path: str, facts: os.stat_result, target: Path) -> bool:
        known = self.before.get(path)
        if known is None or self.last is None:
            return False
        if (known.bytes, known.mtime_ns) != (facts.st_size, facts.st_mtime_ns):
            return False
        try:
            os.link(self.last / "files" / path, target)
        except OSError:
            return False
        self.entries.append(known)
        return True


def take(home: Home, into: Path, *, say: Say) -> tuple[Path, Manifest]:
    """Make a backup in a folder below `into`; return it and its manifest. Raises BackupError."""
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(into), ExitStack() as held:
            return _taken(home, into, held, say)
    except OSError as error:
        raise BackupError(
            f"The backup cannot be written to {error.filename or into}: {error.strerror}."
        ) from None


def rotate(into: Path, keep: int, *, say: Say) -> None:
    """Remove all but the newest `keep` whole backups below a folder."""
    for old in _whole(into)[:-keep]:
        gone = old.rename(old.with_name(old.name + UNFINISHED))
        shutil.rmtree(gone)
        say(f"removed the old backup {old.name}")


def _taken(home: Home, into: Path, held: ExitStack, say: Say) -> tuple[Path, Manifest]:
    last = newest(into)
    held.enter_context(nobody_leaves(home.run))
    with nobody_moves(home.run):
        frozen = held.enter_context(_frozen(home.database))
        made_at = datetime.now(UTC)
        work = _begun(home, into, made_at, last)
        growing = contents.noted(home.folder, contents.GROWING)
        standing = contents.noted(home.folder, (*contents.STANDING, *contents.SINGLE))
        _refuse_little_room(into, [*growing, *standing], work.before, frozen.size())
        _keep_journals(work)
        for found in contents.noted(home.folder, ["spool"]):  # after the journals, which name them
            work.keep(found)
    say(f"copying the database ({megabytes(frozen.size())})")
    copied = work.folder / contents.DATABASE
    rows = frozen.copy(copied, Told(say, "database"))
    work.entries.append(_entry_of(copied, contents.DATABASE))
    _keep_all(work, standing, say)
    heading = Heading(
        made_at=made_at.isoformat(),
        database=frozen.kind,
        revision=frozen.revision,
        rows=rows,
        node=home.node,
        settings=home.settings,
    )
    manifest.write(work.folder, heading, work.entries)
    os.sync()
    final = work.folder.rename(work.folder.with_name(work.folder.name.removesuffix(UNFINISHED)))
    _settle(into)
    return final, Manifest(heading, work.entries)


def _begun(home: Home, into: Path, at: datetime, last: Path | None) -> _Work:
    name = at.strftime("%Y%m%dT%H%M%S.%fZ")
    work = _Work(home.folder, into / (name + UNFINISHED), _entries_of(last), last)
    (work.folder / "files").mkdir(parents=True, mode=0o700)
    return work


def _frozen(address: str) -> AbstractContextManager[Frozen]:
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return sqlite_copy.frozen(Path(url.database or ""))
    return postgres_copy.frozen(url)


def _keep_journals(work: _Work) -> None:
    """Copy the journals up to their last whole line; none is turned over unseen meanwhile."""
    while True:
        listed = contents.noted(work.home, ["journal"])
        begun = len(work.entries)
        for found in listed:
            work.keep(found, up_to=found.bytes, lines=True)
        if [each.path for each in contents.noted(work.home, ["journal"])] == [
            each.path for each in listed
        ]:
            return
        del work.entries[begun:]
        shutil.rmtree(work.folder / "files" / "journal", ignore_errors=True)


def _keep_all(work: _Work, standing: Sequence[Noted], say: Say) -> None:
    total, done = sum(found.bytes for found in standing), 0
    say(f"copying {len(standing)} files ({megabytes(total)})")
    told = Told(say, "files")
    for found in standing:
        work.keep(found)
        done += found.bytes
        told(done, total)


def _copied(file: Any, target: Path, up_to: int | None, *, lines: bool) -> tuple[int, str]:
    """Copy a file, or its first bytes, or of those the whole lines; return size and SHA-256."""
    left = os.fstat(file.fileno()).st_size if up_to is None else up_to
    if lines:
        left = _end_of_last_line(file, left)
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            copy.write(chunk)
            size += len(chunk)
            left -= len(chunk)
    return size, digest.hexdigest()


def _end_of_last_line(file: Any, size: int) -> int:
    """Return where the last whole line ends: a torn one would swallow what is appended later."""
    at = size
    while at > 0:
        begin = max(0, at - CHUNK)
        file.seek(begin)
        if (found := file.read(at - begin).rfind(b"\n")) >= 0:
            return begin + int(found) + 1
        at = begin
    return 0


def _entry_of(path: Path, name: str) -> Entry:
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Entry(path=name, bytes=facts.st_size, sha256=sha256, mtime_ns=facts.st_mtime_ns)


def newest(into: Path) -> Path | None:
    """Return the newest whole backup below a folder."""
    found = _whole(into)
    return found[-1] if found else None


def _whole(into: Path) -> list[Path]:
    """Return the whole backups below a folder, the oldest first."""
    found = [at.parent for at in into.glob(f"*/{manifest.NAME}")]
    return sorted(each for each in found if not each.name.endswith(UNFINISHED))


def _entries_of(last: Path | None) -> Mapping[str, Entry]:
    """Return the files of the last backup whose content never changes under the same name."""
    if last is None:
        return {}
    try:
        found = manifest.read(last).entries
    except BackupError:
        return {}
    return {entry.path: entry for entry in found if entry.path.startswith("store/")}


def _refuse_little_room(
    into: Path, standing: Sequence[Noted], before: Mapping[str, Entry], database: int
) -> None:
    fresh = sum(found.bytes for found in standing if found.path not in before)
    free, wanted = shutil.disk_usage(first_existing(into)).free, fresh + database + ROOM_LEFT
    if free < wanted:
        raise BackupError(
            f"There is no room for a backup in {into}: {megabytes(wanted)} are wanted (with "
            f"{megabytes(ROOM_LEFT)} to spare), {megabytes(free)} are free. Name another folder, "
            "or remove old backups."
        )


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """Let one backup at a time go into a folder, and remove what a killed one left there."""
    with (into / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                f"Another backup into {into} is going on; wait for its end."
            ) from None
        for left in into.glob(f"*{UNFINISHED}"):
            shutil.rmtree(left)
        yield


def _settle(folder: Path) -> None:
    """Return when a new name in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
