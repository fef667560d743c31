"""Puts a restored home in place, so that it is all there or not at all, whatever is killed.

Everything lies ready beside its place first. Then a note is written that says what goes where, and
each thing is renamed. Who finds the note later goes on: a step that was made is not made again.
What was there before lies in a folder of its own, and is never removed by us.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

NOTE = "restore.json"
STAGE = "restore.unfinished"
RESTORED = "restored"
"""In `run/`: when the backup was made that the next start puts on the audit record."""


@dataclass(frozen=True, slots=True)
class Move:
    """Something that goes to its place; without `ready` what is there only goes away."""

    ready: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done once everything lies ready."""

    name: str
    """Of the restore, as the database's mark knows it."""
    source: str
    made_at: str
    database: str
    """`sqlite` or `postgresql`: the second is loaded before the files go to their places."""
    aside: str
    """Folder for what was there before."""
    moves: Sequence[Move]


def noted(home: Path) -> Plan | None:
    """Return the plan of a restore that has not ended; None where there is none."""
    try:
        found = json.loads((home / NOTE).read_text())
    except FileNotFoundError:
        return None
    return Plan(**{**found, "moves": [Move(**move) for move in found["moves"]]})


def note(home: Path, plan: Plan) -> None:
    """Write the plan down: from here on the restore is gone on with, not given up."""
    beside = home / f"{NOTE}.new"
    with beside.open("w") as file:
        json.dump(asdict(plan), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(home / NOTE)
    _settle(home)


def carry_out(home: Path, plan: Plan) -> None:
    """Move everything to its place, and forget the plan."""
    for move in plan.moves:
        ready, place = Path(move.ready), Path(move.place)
        if move.ready and not ready.exists():
            continue  # it is in its place already
        _put_aside(place, Path(plan.aside))
        if move.ready:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            ready.rename(place)
    os.sync()
    (home / NOTE).unlink()
    forget(home)


def forget(home: Path) -> None:
    """Remove what lies ready, and the note of it."""
    (home / NOTE).unlink(missing_ok=True)
    (home / f"{NOTE}.new").unlink(missing_ok=True)
    shutil.rmtree(home / STAGE, ignore_errors=True)


def _put_aside(place: Path, aside: Path) -> None:
    if not os.path.lexists(place):
        return
    if place.is_dir() and not place.is_symlink() and not any(_files(place)):
        shutil.rmtree(place)
        return
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.rename(aside / place.name)


def _files(folder: Path) -> list[Path]:
    return [found for found in folder.rglob("*") if not found.is_dir()]


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
