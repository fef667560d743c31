"""A database is brought up to date once, quickly, on SQLite and PostgreSQL alike."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from db.engine import engine
from db.migrate import NotOursError, newest, upgrade
from features.tables import METADATA
from settings import PROJECT

UPGRADE = "import sys; from db.migrate import upgrade; upgrade(sys.argv[1])"


async def revision(url: str) -> str:
    made = engine(url)
    async with made.connect() as connection:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        answer = str(found.scalar_one())
    await made.dispose()
    return answer


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


async def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    made = engine(database_url)
    async with made.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await made.dispose()
    assert await revision(database_url) == newest()


async def test_a_database_of_another_version_is_left_alone_and_said_so(database_url: str) -> None:
    made = engine(database_url)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    await made.dispose()
    with pytest.raises(NotOursError, match=r"revision 0012.*THIRDRING_DATABASE_URL"):
        await asyncio.to_thread(upgrade, database_url)
    assert await revision(database_url) == "0012"


def test_nothing_to_do_is_done_in_no_time(database_url: str) -> None:
    begun = time.perf_counter()
    upgrade(database_url)
    assert time.perf_counter() - begun < 0.3


def test_two_processes_at_once_do_it_once(empty_database: str) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_database], cwd=PROJECT, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert asyncio.run(revision(empty_database)) == newest()


def test_a_database_that_cannot_be_reached_says_so() -> None:
    with pytest.raises((OSError, SQLAlchemyError)):
        upgrade("postgresql+asyncpg://ring@127.0.0.1:1/none")


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SQLAlchemyError):
        upgrade(f"sqlite+aiosqlite:///{tmp_path}/none/thirdring.db")
