"""An update never keeps a caller waiting: whatever the database is, calls are answered (ANS-3)."""

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from caller.phone import Phone
from db.migrate import newest, step_to, upgrade
from settings import Settings
from tests.end_to_end.house import WITHOUT_DESK, started
from tests.end_to_end.launching import (
    await_ready,
    environment_of,
    launch,
    one_starts_at_a_time,
    settings_of,
    stop,
)
from tests.waiting import until

pytestmark = pytest.mark.real


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ring-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _database(home: Path) -> Path:
    return home / "thirdring.db"


def _set_revision(file: Path, revision: str) -> None:
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()


async def _is_answered(port: int, number: str, ref: str) -> None:
    async with Phone(port=port) as phone:
        call = await phone.call(number, ref=ref)
        await call.answered(within=5)
        await call.hears_words(within=3)
        await call.hangs_up()


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("9999", f"has the tables of a newer version of ThirdRing (revision 9999; .*{newest()}"),
        ("0004", "was made by another version of ThirdRing"),
    ],
)
async def test_tables_of_another_version_are_said_and_left_alone_and_rows_arrive_when_they_fit(
    home: Path, revision: str, said: str
) -> None:
    await asyncio.to_thread(upgrade, f"sqlite+aiosqlite:///{_database(home)}")
    _set_revision(_database(home), revision)
    with started(home, parts=WITHOUT_DESK) as house:
        await _is_answered(house.settings.sip_port, house.settings.hotline_number, "another")
        told = (home / "run.out").read_text()
        assert said.partition(".*")[0] in told
        assert "calls are answered, rows will arrive later" in told
        assert await house.rows("SELECT id FROM calls") == []
        _set_revision(_database(home), newest())
        await house.call_of("another", within=30)
        await until(
            lambda: "the database is ready now" in (home / "run.out").read_text(), within=10
        )


async def test_tables_that_are_being_changed_keep_nobody_waiting(home: Path) -> None:
    """Somebody else has the lock for as long as the start takes, as a long migration would."""
    await asyncio.to_thread(upgrade, f"sqlite+aiosqlite:///{_database(home)}")
    await asyncio.to_thread(step_to, f"sqlite+aiosqlite:///{_database(home)}", "0108")
    with contextlib.closing(sqlite3.connect(_database(home), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with started(home, parts=WITHOUT_DESK) as house:
            await _is_answered(house.settings.sip_port, house.settings.hotline_number, "changing")
            assert await house.rows("SELECT id FROM calls") == []
            other.execute("ROLLBACK")
            await house.call_of("changing", within=40)
            [row] = await house.rows("SELECT version_num FROM alembic_version")
            assert row["version_num"] == newest()


async def test_a_file_that_is_no_database_is_said_and_calls_are_answered(home: Path) -> None:
    _database(home).write_bytes(b"no database at all" * 1000)
    with started(home, parts=WITHOUT_DESK) as house:
        await _is_answered(house.settings.sip_port, house.settings.hotline_number, "broken")
        assert "file is not a database" in (home / "run.out").read_text()
        _database(home).rename(home / "broken.db")
        await until(
            lambda: "the database is ready now" in (home / "run.out").read_text(), within=30
        )
        await house.call_of("broken", within=30)


def _pid(home: Path, name: str) -> int:
    return int((home / "run" / f"{name}.pid").read_text())


async def test_a_new_version_follows_and_who_talks_talks_on(home: Path) -> None:
    """Asterisk stays while it is the same; else calls are waited for. The process stays as well."""
    environment = environment_of(home, {"wait_for_calls": 2})
    settings = settings_of(environment)
    parts = WITHOUT_DESK.split()
    with ExitStack() as turn:
        turn.enter_context(one_starts_at_a_time())
        first = launch(home, parts, environment)
        await asyncio.to_thread(await_ready, first, home / "run.out")
        turn.close()
    await asyncio.to_thread(_is_found_by_its_home_alone, settings)
    await asyncio.to_thread(_is_not_ended_for_one_that_cannot_start, environment)
    assert first.poll() is None
    programs = ("asterisk", "calls", "ledger")
    before = {name: _pid(home, name) for name in programs}
    try:
        async with Phone(port=settings.sip_port) as phone:
            talk = await phone.call(settings.hotline_number, ref="talks-on")
            await talk.answered(within=5)
            await talk.hears_words(within=3)
            await talk.presses("3")
            second = launch(home, parts, environment, "--take-over")
            assert await asyncio.to_thread(second.wait, 60) == 0, (home / "run.out").read_text()
            assert f"process {first.pid} has become this version" in (home / "run.out").read_text()
            after = {name: _pid(home, name) for name in programs}
            assert [name for name in programs if after[name] == before[name]] == ["asterisk"]
            assert first.poll() is None
            await talk.hears_words(within=8)
            after_it = await phone.call(settings.hotline_number, ref="after")
            await after_it.answered(within=5)
            await after_it.hears_words(within=5)
            await after_it.hangs_up()

            other = environment | {"THIRDRING_CALLED_NUMBERS": "10051"}
            third = launch(home, parts, other, "--take-over")
            await talk.ended(within=60)
            call = await phone.call(settings.hotline_number, ref="meanwhile")
            await call.answered(within=30)
            await call.hears_words(within=5)
            await call.hangs_up()
            assert await asyncio.to_thread(third.wait, 60) == 0, (home / "run.out").read_text()
            said = (home / "run.out").read_text()
            assert "Asterisk must be started anew: another is its configuration" in said
            assert "calls go on: waiting for them to end, 2 s at most" in said
            assert _pid(home, "asterisk") != before["asterisk"]
            new = await phone.call("10051", ref="new")
            await new.answered(within=5)
            await new.hangs_up()
    finally:
        stop(first)


def _is_found_by_its_home_alone(settings: Settings) -> None:
    """A command needs none of the settings that the hotline was started with."""
    plain = {name: value for name, value in os.environ.items() if "THIRDRING" not in name}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "thirdring"), "settings", "--json"],
        env={**plain, "THIRDRING_HOME": str(settings.home)},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    found = {line["name"]: line["value"] for line in json.loads(done.stdout)}
    assert (found["sip_port"], found["desk_port"]) == (
        *(str(settings.sip_port), str(settings.desk_port)),
    )


def _is_not_ended_for_one_that_cannot_start(environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "thirdring"), "run", "--take-over"],
        env={**environment, "THIRDRING_SIP_AUTHORITY": "/no/such/file.pem"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        *(1, "Error: THIRDRING_SIP_AUTHORITY: /no/such/file.pem is not there.\n"),
    )
