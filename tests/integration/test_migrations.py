"""A database is brought up to date once, quickly, on SQLite and PostgreSQL alike."""

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from db.engine import engine
from db.migrate import NotOursError, TooNewError, newest, step_to, to, upgrade
from db.terms import OF_THE_DATABASE
from features.tables import METADATA
from settings import PROJECT

names_changed = importlib.import_module("db.migrations.versions.0140_names_changed_in_place")

UPGRADE = "import sys; from db.migrate import upgrade; upgrade(sys.argv[1])"


async def revision(url: str) -> str:
    made = engine(url)
    async with made.connect() as connection:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        answer = str(found.scalar_one())
    await made.dispose()
    return answer


def _differences(connection: Connection) -> list[object]:
    def is_ours(_object: object, name: str, _kind: str, is_there: bool, _to: object) -> bool:
        return not (is_there and OF_THE_DATABASE.fullmatch(name))

    opts = {"compare_type": True, "include_object": is_ours}
    context = MigrationContext.configure(connection, opts=opts)
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


async def test_what_would_ring_twice_in_a_minute_is_rung_once_after_the_update(
    empty_database: str,
) -> None:
    line = (
        "INSERT INTO wake_registrations (id, room, number, guest, language, wall, zone, first_day, "
        "repeat, note, made_at, made_through) VALUES (:id, 'A101', '101', '', 'zh', '07:00', "
        "'UTC', '2027-01-01', 'once', '', '2026-01-01 00:00:00+00:00', 'desk')"
    )
    ring = (
        "INSERT INTO wake_ups (registration_id, day, number, due, state, next_at, asked_for, "
        "tries, attended, snoozes, proof) VALUES (:id, '2027-01-01', '101', :due, :state, :due, "
        ":due, 0, 0, 0, '')"
    )
    rows = [("07:00", "awake"), ("07:00", "waiting"), ("07:00", "waiting"), ("08:00", "waiting")]
    made = engine(empty_database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.run_sync(lambda plain: to(plain, "0108"))
        for number, (at, state) in enumerate(rows, 1):
            due = f"2027-01-01 {at}:00+00:00"
            plain = ring.replace(":due", f"'{due}'").replace(":state", f"'{state}'")
            for statement in (line, plain):
                await connection.execute(text(statement.replace(":id", str(number))))
        await connection.run_sync(to)
        found = await connection.execute(text("SELECT state FROM wake_ups ORDER BY id"))
        assert found.scalars().all() == ["awake", "waiting", "cancelled", "waiting"]
    await made.dispose()


def test_where_nothing_is_to_do_alembic_is_not_even_loaded(database_url: str) -> None:
    """It takes as long as all the rest of a start."""
    loaded = f"{UPGRADE}; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", loaded, database_url], cwd=PROJECT, check=True)


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


BACK = ["0108", "0107", "0106", "0105", "0104"]


@pytest.mark.parametrize("back", BACK)
def test_tables_go_back_and_forward_again_with_their_rows(
    filled: tuple[Path, str], back: str
) -> None:
    url = filled[1] or f"sqlite+aiosqlite:///{filled[0]}/thirdring.db"
    before = asyncio.run(_counted(url))
    step_to(url, back)
    assert asyncio.run(revision(url)) == back
    upgrade(url)
    assert asyncio.run(revision(url)) == newest()
    assert asyncio.run(_counted(url)) == before
    assert asyncio.run(_asked(url, _differences)) == []


async def _asked(url: str, question: Callable[[Connection], object]) -> object:
    made = engine(url)
    try:
        async with made.execution_options(writing=True).begin() as connection:
            return await connection.run_sync(question)
    finally:
        await made.dispose()


async def _counted(url: str) -> object:
    def count(connection: Connection) -> dict[str, int]:
        names = [name for name in METADATA.tables if name != "floor_leases"]
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in names
        }

    return await _asked(url, count)


def _as_it_was_named_before(connection: Connection) -> None:
    for table, before, name in names_changed.RENAMED:
        connection.execute(text(f"ALTER TABLE {table} RENAME COLUMN {name} TO {before}"))
    for columns in ("agent_from_at", "call_id_from_at", "from_at"):
        connection.execute(text(f"DROP INDEX ix_talk_segments_{columns}"))
    connection.execute(text("ALTER TABLE talk_segments RENAME TO call_stretches"))
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER INDEX pk_talk_segments RENAME TO pk_call_stretches"))
    for columns in ("agent, from_at", "call_id, from_at", "from_at"):
        name = f"ix_call_stretches_{columns.replace(', ', '_')}"
        connection.execute(text(f"CREATE INDEX {name} ON call_stretches ({columns})"))
    connection.execute(
        text(
            "INSERT INTO call_stretches (call_id, agent, seat, from_at, how, held_s) "
            "SELECT id, 'a', 's', ring_started, 'talk', 0 FROM calls"
        )
    )


def test_a_database_whose_names_were_changed_in_place_gets_the_new_ones(
    filled: tuple[Path, str],
) -> None:
    url = filled[1] or f"sqlite+aiosqlite:///{filled[0]}/thirdring.db"
    step_to(url, "0108")
    asyncio.run(_asked(url, _as_it_was_named_before))
    upgrade(url)
    assert asyncio.run(_asked(url, _differences)) == []
    count = text("SELECT count(*) FROM talk_segments WHERE agent = 'a'")
    assert asyncio.run(_asked(url, lambda c: c.execute(count).scalar_one())) == 5


def _run(name: str) -> Callable[[Connection], None]:
    def run(connection: Connection) -> None:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            names_changed._earlier(name).upgrade()

    return run


@pytest.mark.parametrize(
    "had", [["0107_departments"], ["0106_nodes", "0107_departments"]], ids=["neither", "not 0105"]
)
def test_a_database_that_was_ahead_of_a_migration_put_before_it_gets_what_it_lacks(
    empty_database: str, had: list[str]
) -> None:
    step_to(empty_database, "0104")
    for name in had:
        asyncio.run(_asked(empty_database, _run(name)))
    asyncio.run(
        _asked(
            empty_database,
            lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0107'")),
        )
    )
    upgrade(empty_database)
    assert asyncio.run(_asked(empty_database, _differences)) == []
    assert asyncio.run(revision(empty_database)) == newest()


async def test_a_newer_database_is_left_alone_and_the_way_back_is_said(database_url: str) -> None:
    await _asked_in_loop(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNewError, match=rf"newer version.*database --to {newest()}"):
        await asyncio.to_thread(upgrade, database_url)
    assert await revision(database_url) == "9999"


async def _asked_in_loop(url: str, statement: str) -> None:
    await _asked(url, lambda connection: connection.execute(text(statement)))
