"""A backup is taken while everything runs, and what is restored from it is what was there."""

import asyncio
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backup import contents, manifest, placing, postgres_load, take
from backup.check import checked
from backup.errors import BackupError
from backup.hold import moving, nobody_moves
from backup.restore import Target, restore
from db.migrate import newest
from tests.backups import (
    Filled,
    address,
    files,
    home_of,
    path_with_postgres,
    quiet,
    rows,
    settings_of,
    taken,
    target,
    thirdring,
)
from tests.postgres import Postgres


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_postgres())


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory, filled: Filled, request: Any) -> Target:
    """An empty home and an empty database of the kind that was filled."""
    home = tmp_path_factory.mktemp("fresh") / "home"
    if not filled[1]:
        return target(home, f"sqlite+aiosqlite:///{home}/thirdring.db")
    postgres: Postgres = request.getfixturevalue("postgres")
    return target(home, postgres.new_database())


def test_what_is_restored_is_what_was_there_to_the_last_row_and_file(
    filled: Filled, fresh: Target, tmp_path: Path
) -> None:
    made = taken(filled, tmp_path / "backups")
    restore(made, fresh, replace=False, say=quiet)
    assert rows(fresh.database) == rows(address(filled))
    there, here = files(filled[0]), files(fresh.home)
    assert there.pop("journal/node1/cel.csv") != here.pop("journal/node1/cel.csv")
    assert not list(made.rglob("sealing.key")), "with its key beside it nothing is sealed"
    assert here == there
    assert "trunks.toml" in here
    assert len(there) > 8
    restored = (fresh.home / "journal/node1/cel.csv").read_text()
    assert restored == "one\ntwo\n", "a torn line would swallow what is appended later"
    assert not (fresh.home / placing.STAGE).exists()
    assert not (fresh.home / placing.NOTE).exists()
    assert {oct((fresh.home / each).stat().st_mode & 0o777) for each in here} == {"0o600"}


def test_rows_that_are_still_in_the_wal_are_in_the_backup(tmp_path: Path) -> None:
    file = tmp_path / "thirdring.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("CREATE TABLE alembic_version (version_num TEXT)")
        writer.execute("INSERT INTO alembic_version VALUES ('0108')")
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writer.execute("CREATE TABLE calls (id INTEGER)")
        writer.execute("INSERT INTO calls VALUES (7)")
        made = taken((tmp_path, ""), tmp_path / "backups")
    with closing(sqlite3.connect(made / contents.DATABASE)) as copy:
        assert copy.execute("SELECT id FROM calls").fetchall() == [(7,)]
    assert manifest.read(made).heading.rows == {"alembic_version": 1, "calls": 1}


def test_a_recording_is_in_the_spool_or_in_a_row_whenever_the_backup_is_taken(
    tmp_path: Path,
) -> None:
    """The intake as it is: into the store, a row, out of the spool; under the hold's rule."""
    file = tmp_path / "thirdring.db"
    spool, store = tmp_path / "spool/calls", tmp_path / "store"
    for folder in (spool, store, tmp_path / "run"):
        folder.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as first:
        first.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE alembic_version (version_num TEXT);"
            "INSERT INTO alembic_version VALUES ('0108'); CREATE TABLE recordings (id INTEGER);"
        )
    for number in range(1500):
        (spool / f"{number}.raw").write_bytes(b"a")
    stop = threading.Event()

    def take_in() -> None:
        with closing(sqlite3.connect(file, timeout=30)) as writer:
            for number in range(1500):
                while not stop.is_set():
                    with moving(tmp_path / "run") as may:
                        if may:
                            shutil.copy(spool / f"{number}.raw", store / f"{number}.wav")
                            writer.execute("INSERT INTO recordings VALUES (?)", (number,))
                            writer.commit()
                            (spool / f"{number}.raw").unlink()
                            break

    intake = threading.Thread(target=take_in)
    intake.start()
    try:
        made = [taken((tmp_path, ""), tmp_path / "backups") for _ in range(4)]
    finally:
        stop.set()
        intake.join()
    for each in made:
        with closing(sqlite3.connect(each / contents.DATABASE)) as copy:
            kept = {str(row[0]) for row in copy.execute("SELECT id FROM recordings")}
        stored = {one.stem for one in (each / "files/store").glob("*.wav")}
        spooled = {one.stem for one in (each / "files/spool/calls").glob("*.raw")}
        assert kept <= stored
        assert len(kept | (spooled - {"open"})) == 1500, "neither in a row nor in the spool"


def test_the_intake_rests_while_a_backup_notes_what_is_there(tmp_path: Path) -> None:
    with nobody_moves(tmp_path), moving(tmp_path) as may:
        assert not may
    with moving(tmp_path) as may:
        assert may
        with (
            pytest.raises(BackupError, match=r"taking recordings in.*Try again"),
            nobody_moves(tmp_path, patience_s=0.1),
        ):
            pass


def test_a_recording_that_has_not_changed_is_not_copied_again_and_old_backups_go(
    filled: Filled, tmp_path: Path
) -> None:
    into = tmp_path / "backups"
    first, second = taken(filled, into), taken(filled, into)
    recordings = [
        each.path for each in checked(second, say=quiet).entries if each.path.startswith("store/")
    ]
    assert recordings
    for path in recordings:
        assert (first / "files" / path).samefile(second / "files" / path)
        assert not (second / "files" / path).samefile(filled[0] / path), "a copy, not the original"
    take.rotate(into, 1, say=quiet)
    assert [each.name for each in into.iterdir() if each.name != ".lock"] == [second.name]
    checked(second, say=quiet)


def test_what_is_there_is_refused_and_put_aside_when_asked(filled: Filled, tmp_path: Path) -> None:
    made = taken(filled, tmp_path / "backups")
    before = rows(address(filled))
    (filled[0] / "device.key").write_bytes(b"newer")
    here = target(filled[0], address(filled))
    with pytest.raises(BackupError, match=r"something already.*--replace"):
        restore(made, here, replace=False, say=quiet)
    restore(made, here, replace=True, say=quiet)
    assert (here.home / "device.key").read_bytes() == b"key"
    [aside] = here.home.glob("before-restore-*")
    assert (aside / "device.key").read_bytes() == b"newer"
    assert (aside / (contents.DATABASE if filled[1] else "thirdring.db")).stat().st_size > 10_000
    assert rows(here.database) == before
    assert not (here.home / "thirdring.db-wal").exists()


def test_the_command_says_what_it_made_and_that_it_is_on_record(
    filled: Filled, fresh: Target, tmp_path_factory: pytest.TempPathFactory
) -> None:
    into = tmp_path_factory.mktemp("backups")
    home_of(filled)
    given = {"home": str(filled[0]), "database_url": filled[1], "company": "三环"}
    done = thirdring("backup", str(into), "--keep", "2", **given)
    assert done.exit_code == 0, done.output
    [made] = [one.parent for one in into.glob("*/MANIFEST.jsonl")]
    assert f"backup {made}" in done.output
    restored = thirdring("restore", str(made), **settings_of(fresh))
    assert restored.exit_code == 0, restored.output
    assert "THIRDRING_COMPANY was '三环'" in restored.output
    assert [row for row in rows(fresh.database)["audit_log"] if "backup.made" in row]
    assert newest() in str(manifest.read(made).heading.revision)


async def _tables(url: str) -> list[str]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [
            row[0]
            for row in await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ]
    finally:
        await connection.close()


def test_tables_of_a_newer_version_are_gone_after_an_older_backup_replaced_them(
    template: tuple[Path, str], postgres: Postgres, tmp_path: Path
) -> None:
    if not template[1]:
        pytest.skip("of PostgreSQL")
    shutil.copytree(template[0], tmp_path / "home")
    url = postgres.new_database(like=template[1])
    made = taken((tmp_path / "home", url), tmp_path / "backups")

    async def newer() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE of_tomorrow (id int)")
        await connection.close()

    asyncio.run(newer())
    restore(made, target(tmp_path / "home", url), replace=True, say=quiet)
    assert "of_tomorrow" not in asyncio.run(_tables(url))
    assert postgres_load.tables(target(tmp_path, url).url)
