"""Loads a copy into PostgreSQL in one transaction, with a mark by which it is known afterwards.

In the same transaction old tables go, the rows of each table are counted, and the mark is set: if
anything is not as the manifest says, nothing of it happened.
"""

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from backup.errors import BackupError
from backup.postgres_copy import closed, connected
from backup.postgres_programs import Programs, programs, said
from backup.progress import Say

LOCK_WAIT = "30s"
CHUNK = 1 << 16
_MARK = "restored by "
_LOADING = 7_301_100_51
"""Key of the advisory lock of a load: who asks for the mark waits for the end of one."""
_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""A psql that outlives us would find the end of its input, and must not go on."""


def tables(url: URL) -> list[str]:
    """Return the tables that a database has. Raises BackupError."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return [str(row[0]) for row in _asked(url, query)]


def carries_mark(url: URL, name: str) -> bool:
    """Tell whether the restore of this name was loaded. Raises BackupError."""
    query = "SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')"
    _asked(url, f"SELECT pg_advisory_xact_lock({_LOADING})")
    return any(row[0] == _MARK + name for row in _asked(url, query))


def fitting(url: URL) -> Programs:
    """Return the programs for a server. Raises BackupError."""
    with asyncio.Runner() as runner:
        connection = runner.run(connected(url))
        try:
            return programs(url, connection.get_server_version().major)
        finally:
            runner.run(closed(connection))


def save(with_: Programs, target: Path) -> None:
    """Keep what a database holds before it is replaced. Raises BackupError."""
    words = with_.words("pg_dump", "--format=custom", f"--file={target}", *with_.to_database())
    done = subprocess.run(
        words, env=with_.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"What is in the database cannot be put aside: {said(done)}")


def load(
    with_: Programs, copy: Path, *, name: str, rows: Mapping[str, int], old: list[str], say: Say
) -> None:
    """Load a copy in the place of the `old` tables. Raises BackupError, with nothing changed."""
    say("loading the database")
    environment = with_.environment()
    words = with_.words("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(copy))
    into = with_.words(
        "psql",
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"),
        *("--output=/dev/null", *with_.to_database()),
    )
    with (
        subprocess.Popen(
            [*_WITH_US, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as reading,
        subprocess.Popen(
            [*_WITH_US, *into], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as writing,
    ):
        errors = _streamed(reading, writing, _before(old), _after(name, rows))
    if reading.returncode or writing.returncode:
        done = subprocess.CompletedProcess(into, writing.returncode, "", errors)
        raise BackupError(f"The database was not restored, nothing of it was changed: {said(done)}")


def _streamed(
    reading: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]", before: str, after: str
) -> str:
    """Hand what one program reads to the other one, in our own words; return what they say."""
    assert reading.stdout is not None
    assert reading.stderr is not None
    assert writing.stdin is not None
    assert writing.stderr is not None
    try:
        writing.stdin.write(before.encode())
        while chunk := reading.stdout.read(CHUNK):
            writing.stdin.write(chunk)
        if reading.wait() == 0:  # without COMMIT nothing of it happens
            writing.stdin.write(after.encode())
        writing.stdin.close()
    except BrokenPipeError:
        reading.kill()
    return (reading.stderr.read() + writing.stderr.read()).decode(errors="replace")


def _before(old: list[str]) -> str:
    named = ", ".join(f'public."{table}"' for table in old)
    begun = (
        f"SET client_min_messages = warning;\nSET lock_timeout = '{LOCK_WAIT}';\nBEGIN;\n"
        f"SELECT pg_advisory_xact_lock({_LOADING});\n"
    )
    return begun + (f"DROP TABLE {named} CASCADE;\n" if old else "")


def _after(name: str, rows: Mapping[str, int]) -> str:
    counted = "".join(  # names of the backup's own tables
        f'IF (SELECT count(*) FROM public."{table}") <> {count} THEN '  # noqa: S608
        f"RAISE EXCEPTION 'the table {table} has not the {count} rows of the backup'; END IF;\n"
        for table, count in rows.items()
    )
    mark = f"COMMENT ON TABLE public.alembic_version IS '{_MARK}{name}';\n"
    return f"\nDO $$ BEGIN\n{counted}END $$;\n{mark}COMMIT;\n"


def _asked(url: URL, query: str) -> list[Any]:
    with asyncio.Runner() as runner:
        connection = runner.run(connected(url))
        try:
            return list(runner.run(connection.fetch(query)))
        except asyncpg.PostgresError as error:
            raise BackupError(f"The database cannot be asked: {error}") from None
        finally:
            runner.run(closed(connection))
