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
from db.migrate import newest, to, upgrade
from features.audit import log as audit
from features.calls import queries
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


OF_THE_FIRST_RELEASE = (
    (
        "INSERT INTO api_tokens (id, hash, role, label, created_at)"
        " VALUES (7, 'h', 'inspector', 'x', '2026-11-21 04:00:00')"
    ),
    (
        "INSERT INTO audit_log (at, token_id, action, subject, address, detail)"
        " VALUES ('2026-11-21 04:00:00', 7, 'recording.audio', 's', '127.0.0.1', 'whole')"
    ),
    (
        "INSERT INTO tickets (number, kind, source, state, customer_number, body, created_at,"
        " due_at) VALUES ('20261121-00001', 'fault', 'written', 'new', '138', '断线',"
        " '2026-11-21 04:00:00', '2026-11-22 04:00:00')"
    ),
)


async def test_what_was_kept_before_the_desk_came_is_kept(empty_database: str) -> None:
    made = engine(empty_database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.run_sync(to, "0001")
        for statement in OF_THE_FIRST_RELEASE:
            await connection.execute(text(statement))
    await asyncio.to_thread(upgrade, empty_database)
    async with made.connect() as connection:
        [look] = await audit.looks_at(connection, "s")
        ticket = await queries.ticket(connection, "20261121-00001")
    await made.dispose()
    assert (look.token_id, look.account_id, look.why) == (7, None, "")
    assert ticket is not None
    assert (ticket.body, ticket.version, ticket.to_review) == ("断线", 1, False)


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
