"""The key of second factors at the command line: looked at, changed, missing after a restore."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from authentication.sealing import Seals
from db.engine import engine
from db.migrate import newest, upgrade
from features.accounts import second_factor
from tests.backups import thirdring


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "thirdring.db")) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which somebody has an authenticator app."""
    home = tmp_path / "home"
    home.mkdir()
    address = f"sqlite+aiosqlite:///{home}/thirdring.db"
    upgrade(address)
    words = ("account", "add", "1001", "--name", "李梅", "--role", "inspector")
    assert thirdring(*words, home=str(home)).exit_code == 0
    [(account,)] = rows(home, "SELECT id FROM accounts WHERE number = '1001'")
    assert isinstance(account, int)

    async def begin() -> None:
        made = engine(address)
        async with made.execution_options(writing=True).begin() as connection:
            await second_factor.begin(connection, account, Seals(home / "sealing.key"))
        await made.dispose()

    asyncio.run(begin())
    return home


def test_it_is_said_whether_the_key_opens_what_is_there_and_it_can_be_changed(home: Path) -> None:
    key = home / "sealing.key"
    before, sealed = key.read_bytes(), rows(home, "SELECT secret FROM second_factors")
    looked = thirdring("sealing-key", home=str(home))
    assert (looked.exit_code, "1 second factors are sealed and open" in looked.output) == (0, True)
    changed = thirdring("sealing-key", "--rotate", home=str(home))
    assert (changed.exit_code, "1 second factors are sealed" in changed.output) == (0, True)
    assert key.read_bytes() != before
    assert rows(home, "SELECT secret FROM second_factors") != sealed
    assert rows(home, "SELECT subject FROM audit_log WHERE action = 'factor.sealed'")
    key.write_bytes(before)
    shut = thirdring("sealing-key", home=str(home))
    assert (shut.exit_code, "sealed with another key" in shut.output) == (1, True)
    again = thirdring("sealing-key", "--rotate", home=str(home))
    assert (again.exit_code, "1 are sealed with another key" in again.output) == (1, True)


def test_a_backup_says_that_the_key_is_not_in_it_and_a_restore_that_it_is_missing(
    home: Path, tmp_path: Path
) -> None:
    made = thirdring("backup", str(tmp_path / "backups"), home=str(home))
    assert (made.exit_code, "sealing.key is not in it" in made.output) == (0, True)
    [backup] = [one.parent for one in (tmp_path / "backups").glob("*/MANIFEST.jsonl")]
    restored = thirdring("restore", str(backup), home=str(tmp_path / "fresh"))
    assert restored.exit_code == 0, restored.output
    assert "1 second factors or webhooks are shut: put the copy of sealing.key" in restored.output


def test_a_way_back_of_the_tables_is_on_record(home: Path) -> None:
    done = thirdring("database", "--to", "0180", "--drop-newer", home=str(home))
    assert done.exit_code == 0, done.output
    found = rows(home, "SELECT subject FROM audit_log WHERE action = 'database.moved'")
    assert found == [(f"{newest()} to 0180",)]
