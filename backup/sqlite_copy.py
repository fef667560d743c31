"""A copy of an SQLite database that is in use: of one moment, with what is still in its WAL.

The moment is when the transaction begins; SQLite keeps it for us, whatever others write meanwhile.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backup.errors import BackupError

PAGES_AT_ONCE = 4096
"""16 MiB between two lines of progress."""
BUSY_S = 30.0

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


@dataclass(frozen=True)
class FrozenSqlite:
    """A database as it was at one moment."""

    file: Path
    connection: sqlite3.Connection

    @property
    def kind(self) -> str:
        return "sqlite"

    @property
    def revision(self) -> str:
        """Return the revision of the tables. Raises BackupError where there are none."""
        return revision_of(self.connection, self.file)

    def size(self) -> int:
        """Return about how many bytes the copy takes."""
        pages = int(self.connection.execute("PRAGMA page_count").fetchone()[0])
        return pages * int(self.connection.execute("PRAGMA page_size").fetchone()[0])

    def copy(self, target: Path, progress: Progress) -> Mapping[str, int]:
        """Write the copy, look whether it is whole, and return the rows of each table."""
        with closing(sqlite3.connect(target, isolation_level=None)) as copied:
            self.connection.backup(
                copied,
                pages=PAGES_AT_ONCE,
                progress=lambda _, left, of: progress((of - left) * 4096, of * 4096),
            )
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            said = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise BackupError(
                    f"The database {self.file} is damaged ({said}): nothing was kept. Use the last "
                    "backup, or ask for help before anything is changed."
                )
            return rows_of(copied)


@contextmanager
def frozen(file: Path) -> Iterator[FrozenSqlite]:
    """Hold a database at this moment until the block ends. Raises BackupError."""
    if not file.exists():
        raise BackupError(f"There is no database {file} yet: `make run` makes it.")
    try:
        connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
        with closing(connection):
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment is now
            yield FrozenSqlite(file, connection)
    except sqlite3.Error as error:
        raise BackupError(f"The database {file} cannot be copied: {error}.") from None


def revision_of(connection: sqlite3.Connection, file: Path) -> str:
    """Return the revision of the tables. Raises BackupError."""
    try:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        found = None
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} is no database of ours: {error}.") from None
    if found is None:
        raise BackupError(f"The database {file} has no tables yet: `make run` makes them.")
    return str(found[0])


def rows_of(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many rows each table has."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 (its own name)
        for (name,) in sorted(names)
    }
