"""A copy of a PostgreSQL database that is in use, by pg_dump: of one moment.

The moment is a snapshot that the server keeps for us; pg_dump is told its name. So the journals
can be noted at the same moment, however long the copying takes.
"""

import asyncio
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from backup.errors import BackupError
from backup.postgres_programs import Programs, programs, said
from backup.sqlite_copy import Progress

CONNECT_S = 10
LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class FrozenPostgres:
    """A database as it was at one moment."""

    connection: Any
    runner: asyncio.Runner
    snapshot: str
    programs: Programs
    revision: str

    @property
    def kind(self) -> str:
        return "postgresql"

    def size(self) -> int:
        """Return about how many bytes the copy takes at most."""
        return int(self._value("SELECT pg_database_size(current_database())"))

    def copy(self, target: Path, progress: Progress) -> Mapping[str, int]:
        """Write the copy and return the rows of each table. Raises BackupError."""
        size = self.size()
        words = self.programs.words(
            "pg_dump",
            *("--format=custom", f"--snapshot={self.snapshot}", "--table=public.*"),
            *("--no-owner", "--no-privileges"),
            *(f"--file={target}", *self.programs.to_database()),
        )
        with subprocess.Popen(
            words, env=self.programs.environment(), stderr=subprocess.PIPE, text=True
        ) as process:
            while True:
                try:
                    _, errors = process.communicate(timeout=LOOK_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    progress(target.stat().st_size if target.exists() else 0, size)
        if process.returncode:
            done = subprocess.CompletedProcess(words, process.returncode, "", errors)
            raise BackupError(f"pg_dump could not copy the database: {said(done)}")
        return {name: int(self._value(f'SELECT count(*) FROM "{name}"')) for name in self._tables()}  # noqa: S608 (its own name)

    def _tables(self) -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return [str(row[0]) for row in self.runner.run(self.connection.fetch(query))]

    def _value(self, query: str) -> Any:
        return self.runner.run(self.connection.fetchval(query))


@contextmanager
def frozen(url: URL) -> Iterator[FrozenPostgres]:
    """Hold a database at this moment until the block ends. Raises BackupError."""
    with asyncio.Runner() as runner:
        connection = runner.run(connected(url))
        try:
            fitting = programs(url, connection.get_server_version().major)
            runner.run(
                connection.execute(
                    "SET idle_in_transaction_session_timeout = 0;"
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            )
            snapshot = str(runner.run(connection.fetchval("SELECT pg_export_snapshot()")))
            revision = runner.run(_revision(connection))
            if revision is None:
                raise BackupError("The database has no tables yet: `make run` makes them.")
            yield FrozenPostgres(connection, runner, snapshot, fitting, revision)
        except asyncpg.PostgresError as error:
            raise BackupError(f"The database cannot be copied: {error}") from None
        finally:
            runner.run(closed(connection))


async def connected(url: URL) -> Any:
    """Return a connection of our own. Raises BackupError."""
    try:
        return await asyncpg.connect(
            host=url.host,
            port=url.port or 5432,
            user=url.username,
            password=url.password,
            database=url.database,
            timeout=CONNECT_S,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise BackupError(
            f"The database does not answer ({str(error) or type(error).__name__}). Look at the "
            "database server and THIRDRING_DATABASE_URL."
        ) from None


async def closed(connection: Any) -> None:
    try:
        await connection.close(timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        connection.terminate()


async def _revision(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
        return None
    found = await connection.fetchval("SELECT version_num FROM alembic_version")
    return None if found is None else str(found)
