"""What tests of backups compare: every row of a database, every file of a home."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import Connection, MetaData, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import main
from backup import contents, take
from backup.restore import Target
from db.migrate import known
from tests.postgres import LIBRARY

Rows = dict[str, list[tuple[Any, ...]]]


def rows(url: str) -> Rows:
    """Return all rows of all tables, in an order of their own."""
    return asyncio.run(_rows(url))


async def _rows(url: str) -> Rows:
    made = create_async_engine(url, poolclass=NullPool)
    try:
        async with made.connect() as connection:
            return await connection.run_sync(_every)
    finally:
        await made.dispose()


def _every(connection: Connection) -> Rows:
    found = MetaData()
    found.reflect(connection)
    return {
        name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
        for name, table in found.tables.items()
    }


def files(home: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a home that is kept."""
    return {
        each.path: hashlib.sha256((home / each.path).read_bytes()).hexdigest()
        for each in contents.noted(home, contents.KEPT)
    }


def path_with_postgres() -> str:
    """Return a PATH on which the programs of the tests' own PostgreSQL are found."""
    return f"{LIBRARY / 'pginstall' / 'bin'}{os.pathsep}{os.environ['PATH']}"


Filled = tuple[Path, str]
"""A home, and the address of its database where that is not in it."""


def quiet(_: str) -> None:
    """Say nothing."""


def target(home: Path, url: str) -> Target:
    return Target(home=home, database=url, revisions=known())


def address(filled: Filled) -> str:
    home, url = filled
    return url or f"sqlite+aiosqlite:///{home}/thirdring.db"


def home_of(filled: Filled) -> take.Home:
    home = filled[0]
    more = {
        "journal/node1/cel.csv": b"one\ntwo\ntor",
        "journal/node1/cel.csv.g1": b"",
        "spool/calls/open.raw": b"\0" * 999,
        "secrets.json": b"{}",
        "device.key": b"key",
        "trunks.toml": b"password = 1",
        "sealing.key": b"opens what is sealed",
        "spoken/3.wav": b"words",
        "store/.incoming/half.wav": b"half",
    }
    for name, content in more.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return take.Home(
        folder=home, run=home / "run", database=address(filled), node="node1", settings={}
    )


def taken(filled: Filled, into: Path) -> Path:
    return take.take(home_of(filled), into, say=quiet)[0]


def thirdring(*words: str, **environment: str) -> Result:
    given = {f"THIRDRING_{name.upper()}": value for name, value in environment.items()}
    umask = os.umask(0o022)
    os.umask(umask)
    try:
        return CliRunner().invoke(main.cli, words, env=given)
    finally:
        os.umask(umask)  # the commands' own is for their files, not for those of the tests


def settings_of(found: Target) -> dict[str, str]:
    return {"home": str(found.home), "database_url": found.database}
