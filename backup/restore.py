"""Restores a backup into a home: looks at everything first, then puts it in place at once.

A restore that is killed while it looks or copies has changed nothing. One that is killed while it
puts things in place is gone on with by the next `thirdring restore` or `thirdring run`.
"""

import os
import shutil
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from backup import contents, placing, postgres_load
from backup.check import checked, lies_at
from backup.errors import BackupError
from backup.manifest import Heading, Manifest
from backup.placing import Move, Plan
from backup.progress import Say, Told, megabytes
from tools.errors import first_existing

ROOM_LEFT = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a backup goes."""

    home: Path
    database: str
    """SQLAlchemy's address."""
    revisions: Collection[str]
    """Of tables that this version can bring up to date."""

    @property
    def url(self) -> URL:
        return make_url(self.database)

    @property
    def file(self) -> Path | None:
        """Return the file of an SQLite database."""
        url = self.url
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def restore(backup: Path, target: Target, *, replace: bool, say: Say) -> Manifest:
    """Restore a backup. Raises BackupError, then with nothing changed."""
    backup = backup.absolute()
    try:
        if finish(target, say=say) is not None:
            say("the restore that was stopped is done; now to this one")
        placing.forget(target.home)  # what one that was killed has left
        found = checked(backup, say=say)
        _refuse_another_kind(found.heading, target)
        old = _refuse_what_is_there(target, replace=replace)
        _refuse_little_room(found, target)
        plan = _laid_ready(backup, found, target, say)
        _placed(target, plan, found.heading, old, say)
    except OSError as error:
        raise BackupError(
            f"The restore cannot go on ({error.filename}): {error.strerror}."
        ) from None
    return found


def finish(target: Target, *, say: Say) -> Plan | None:
    """Go on with a restore that was stopped; None when there was none. Raises BackupError."""
    plan = placing.noted(target.home)
    if plan is None:
        return None
    if plan.database == "postgresql" and not postgres_load.carries_mark(target.url, plan.name):
        say(f"a restore of {plan.source} was stopped before anything was put in place: given up")
        placing.forget(target.home)
        return None
    say(f"a restore of {plan.source} was stopped: putting the rest in place")
    placing.carry_out(target.home, plan)
    return plan


def _placed(target: Target, plan: Plan, heading: Heading, old: list[str], say: Say) -> None:
    programs = None if target.file else postgres_load.fitting(target.url)
    if programs and old:
        Path(plan.aside).mkdir(parents=True, exist_ok=True, mode=0o700)
        postgres_load.save(programs, Path(plan.aside) / contents.DATABASE)
    placing.note(target.home, plan)
    if programs:
        copy = target.home / placing.STAGE / contents.DATABASE
        try:
            postgres_load.load(programs, copy, name=plan.name, rows=heading.rows, old=old, say=say)
        except BackupError:
            placing.forget(target.home)
            raise
    placing.carry_out(target.home, plan)
    if Path(plan.aside).exists():
        say(f"what was there before lies in {plan.aside}; remove it when all is well")


def _refuse_another_kind(heading: Heading, target: Target) -> None:
    wanted = "sqlite" if target.file else "postgresql"
    if heading.database != wanted:
        raise BackupError(
            f"This backup is of {_named(heading.database)}, and THIRDRING_DATABASE_URL names "
            f"{_named(wanted)}. Name a database of the same kind."
        )
    if heading.revision not in target.revisions:
        raise BackupError(
            f"This backup was made by another version of ThirdRing (revision {heading.revision}); "
            f"this one knows revisions up to {max(target.revisions)}. Restore it with that version."
        )


def _named(kind: str) -> str:
    return "an SQLite file" if kind == "sqlite" else "a PostgreSQL"


def _refuse_what_is_there(target: Target, *, replace: bool) -> list[str]:
    """Return the tables of a PostgreSQL that will be replaced. Raises BackupError."""
    old = [] if target.file else postgres_load.tables(target.url)
    there = [str(target.home)] if not contents.is_empty(target.home) else []
    if target.file is not None and target.file.exists():
        there.append(str(target.file))
    if old:
        there.append(f"the database {target.url.database} ({len(old)} tables)")
    if there and not replace:
        raise BackupError(
            f"There is something already: {' and '.join(there)}. Name an empty home and database "
            "(THIRDRING_HOME, THIRDRING_DATABASE_URL), or say --replace: then what is there is put "
            "aside and kept."
        )
    return old


def _refuse_little_room(found: Manifest, target: Target) -> None:
    free = shutil.disk_usage(first_existing(target.home)).free
    if free < found.bytes + ROOM_LEFT:
        raise BackupError(
            f"There is no room in {target.home}: {megabytes(found.bytes + ROOM_LEFT)} are wanted, "
            f"{megabytes(free)} are free."
        )


def _laid_ready(backup: Path, found: Manifest, target: Target, say: Say) -> Plan:
    """Copy everything beside its place, and return what is to be done."""
    stage = target.home / placing.STAGE
    stage.mkdir(parents=True, mode=0o700)
    target.home.chmod(0o700)
    told, done = Told(say, "copied"), 0
    for entry in found.entries:
        path = stage / entry.path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(lies_at(backup, entry), path)
        path.chmod(0o600)
        os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns))
        done += entry.bytes
        told(done, found.bytes)
    moves = [_move(stage, target.home, name) for name in contents.KEPT]
    if target.file is not None:
        moves += _moves_of_the_file(stage, target.file)
    os.sync()
    name = uuid.uuid4().hex
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return Plan(
        name=name,
        source=str(backup),
        made_at=found.heading.made_at,
        database=found.heading.database,
        aside=str(target.home / f"before-restore-{now}-{name[:6]}"),
        moves=moves,
    )


def _move(stage: Path, home: Path, name: str) -> Move:
    ready = stage / name
    return Move(str(ready) if ready.exists() else "", str(home / name))


def _moves_of_the_file(stage: Path, file: Path) -> list[Move]:
    """Put the database in its place last, without what another one has left beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ready = stage / contents.DATABASE
    if file.parent.stat().st_dev != stage.stat().st_dev:  # a name on another disk is a copy
        beside = file.with_name(f"{file.name}.restored")
        shutil.copyfile(ready, beside)
        beside.chmod(0o600)
        ready = beside
    left = [Move("", f"{file}{ending}") for ending in ("-wal", "-shm")]
    return [*left, Move(str(ready), str(file))]
