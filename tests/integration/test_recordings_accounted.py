"""`thirdring recordings --check`: of answered calls, what is recorded and what is not (ANS-5)."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from sqlalchemy import delete

import main
from db.engine import engine
from features.call_recordings.tables import GapRow
from tests.integration.ledger_room import Room, home
from tests.integration.test_recording_intake import Ledger, spool_call, story, tell
from tests.unit.scripted_journal import CALL
from tests.unit.test_call_fold import talked


@pytest_asyncio.fixture
async def room(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Room]:
    made = engine(database_url)
    monkeypatch.setenv("THIRDRING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


async def check(*words: str) -> Result:
    typed = ["recordings", "--check", *words]
    told = await asyncio.to_thread(CliRunner().invoke, main.cli, typed)
    if told.exception and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


async def taken_in(room: Room, seconds: float) -> Path:
    """Take a call of 59 s in, of which so many are on the spool; return its file."""
    spool_call(room, seconds)
    tell(room, talked())
    await Ledger(room).work()
    [recording] = (await story(room)).recordings
    return room.settings.paths.store / recording.path


async def test_a_call_that_is_recorded_whole_is_counted(room: Room) -> None:
    await taken_in(room, 59.0)
    told = await check()
    assert told.exit_code == 0
    assert told.stdout.startswith("1 answered calls, 1 recordings, 0 removed on time")
    assert (await check("--since", "2099-01-01")).stdout.startswith("0 answered calls")


async def test_a_gap_is_listed_with_its_reason(room: Room) -> None:
    await taken_in(room, 40.0)
    told = await check("--json")
    assert told.exit_code == 0
    [gap] = json.loads(told.stdout)["gaps"]
    assert (gap["call_id"], gap["why"]) == (CALL, "sound did not arrive or was not written")
    assert "1 gaps: sound did not arrive or was not written." in (await check()).stdout


async def test_a_second_that_is_nowhere_ends_with_exit_code_1(room: Room) -> None:
    await taken_in(room, 40.0)
    async with room.engine.begin() as connection:
        await connection.execute(delete(GapRow))
    told = await check()
    assert told.exit_code == 1
    assert f"Call {CALL}: 19.0 s are in no recording" in told.stdout


async def test_a_file_that_became_shorter_ends_with_exit_code_1(room: Room) -> None:
    file = await taken_in(room, 59.0)
    file.write_bytes(file.read_bytes()[:-2])
    told = await check()
    assert told.exit_code == 1
    assert f"Call {CALL}: its file is gone, or has another length." in told.stdout


@pytest.mark.parametrize(
    "words", [["--call", CALL], ["--kind", "call"], ["--save", "x.wav"], ["zz"]]
)
async def test_it_is_of_all_calls_of_a_time_only(room: Room, words: list[str]) -> None:
    await taken_in(room, 59.0)
    told = await check(*words)
    assert told.exit_code == 2
    assert "--check" in told.stderr
