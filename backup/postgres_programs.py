"""PostgreSQL's own programs: found, run, and their words turned into one sentence.

The password goes by the environment: what stands on a command line, others can read.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from backup.errors import BackupError

SYSTEM: Final = "usr/lib/postgresql/*/bin"
"""Where Debian keeps the programs of each main version."""

NEEDED: Final = ("pg_dump", "pg_restore", "psql")


@dataclass(frozen=True, slots=True)
class Programs:
    """pg_dump, pg_restore and psql of one version, and where the database is."""

    folder: Path
    version: int
    url: URL

    def words(self, program: str, *more: str) -> list[str]:
        return [str(self.folder / program), *more]

    def to_database(self) -> list[str]:
        """Return the options that name the database."""
        url = self.url
        given = {"-h": url.host, "-p": url.port, "-U": url.username, "-d": url.database}
        return [word for option, value in given.items() if value for word in (option, str(value))]

    def environment(self) -> dict[str, str]:
        password = {"PGPASSWORD": str(self.url.password)} if self.url.password else {}
        return {**os.environ, **password, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"}


def programs(url: URL, server: int) -> Programs:
    """Return programs that know a server of this main version. Raises BackupError."""
    found = sorted(_installed(), key=lambda each: each[0])
    fitting = [(version, folder) for version, folder in found if version >= server]
    if fitting:
        version, folder = fitting[0]
        return Programs(folder, version, url)
    have = f"those here are of version {found[-1][0]}" if found else "there are none here"
    raise BackupError(
        f"A PostgreSQL {server} is copied by its own pg_dump, pg_restore and psql, and {have}. "
        f"Install them (Debian: apt install postgresql-client-{server}) or put them into PATH."
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """Return what a program said was wrong, in one line."""
    lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "FATAL" in line] or lines
    return errors[0][:300] if errors else f"it ended with {done.returncode} and no word"


def _installed() -> list[tuple[int, Path]]:
    by_path = [Path(entry) for entry in os.get_exec_path() if entry]
    folders = dict.fromkeys([*by_path, *sorted(Path("/").glob(SYSTEM))])
    return [(version, folder) for folder in folders if (version := _version(folder))]


def _version(folder: Path) -> int:
    """Return the main version of the programs in a folder; 0 where one is missing."""
    if any(shutil.which(str(folder / name)) is None for name in NEEDED):
        return 0
    words: Sequence[str] = [str(folder / "pg_dump"), "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)", done.stdout)
    return int(match[1]) if match else 0
