"""Finds the hotlines that run on this machine, and the settings that each was started with.

Nothing is published that could be out of date: every child of a supervisor carries its home in its
environment (THIRDRING_CHILD) beside all settings, and whoever may read the home may read that. A
hotline in a container has folders of its own and is not found from outside.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environment import ours, variable
from settings import FILES_OF_CERTIFICATES
from supervisor.children import MARK

PROC = Path("/proc")
FILES = ("cache", "asterisk", *FILES_OF_CERTIFICATES)
"""Settings that may be paths from the folder in which the hotline was started."""


@dataclass(frozen=True)
class Instance:
    """One hotline that runs here."""

    home: Path
    variables: Mapping[str, str]
    """Its settings, as THIRDRING_… variables; paths are whole."""


def running() -> list[Instance]:
    """Return every hotline of this machine that we may look at, ordered by their homes."""
    found: dict[Path, Instance] = {}
    for process in PROC.glob("[0-9]*"):
        one = _child(process)
        if one is not None and one.home not in found and _holds(process, one.home):
            found[one.home] = one
    return [found[home] for home in sorted(found)]


def _child(process: Path) -> Instance | None:
    """Return the hotline whose child a process is; None: it is none, or not ours to look at."""
    try:
        pairs = (process / "environ").read_bytes().split(b"\0")
        if not any(pair.startswith(f"{MARK}=".encode()) for pair in pairs):
            return None
        if not os.path.samestat((process / "root").stat(), Path("/").stat()):
            return None  # in a container the same path is another folder
        folder = (process / "cwd").readlink()
    except OSError:
        return None
    environ = dict(os.fsdecode(pair).split("=", 1) for pair in pairs if b"=" in pair)
    variables = ours(environ)
    for name in map(variable, FILES):
        if variables.get(name):
            variables[name] = str(folder / Path(variables[name]).expanduser())
    return Instance(Path(environ[MARK]), variables)


def _holds(process: Path, home: Path) -> bool:
    """Tell whether a process is the child of the supervisor that has this home now."""
    try:
        supervisor = int((home / "run" / "supervisor.lock").read_text())
        status = (process / "status").read_text()
    except (OSError, ValueError):
        return False
    return f"\nPPid:\t{supervisor}\n" in status
