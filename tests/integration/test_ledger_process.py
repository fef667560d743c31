"""The ledger as a process: killed, stopped, its database away. No row is lost or doubled."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from db.engine import engine
from settings import PROJECT
from tests.integration.ledger_room import JOURNALS, Room, call_id, home, many_calls
from tests.postgres import Postgres, running
from tests.unit.sound_files import silence, stereo
from tests.waiting import until

CALLS = 160
JOURNAL = many_calls(CALLS)
LINES = sum(content.count(b"\n") for content in JOURNAL.files.values())


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A cluster that may be frozen and stopped without harm to other tests."""
    with running() as cluster:
        yield cluster


@contextmanager
def opened(folder: Path, url: str) -> Iterator[Room]:
    made = engine(url)
    yield Room(home(folder / "home", url), made)


def started(room: Room) -> subprocess.Popen[bytes]:
    """Start the ledger as the supervisor would."""
    given = {
        "THIRDRING_HOME": str(room.settings.home),
        "THIRDRING_DATABASE_URL": room.settings.database_url,
    }
    with (room.settings.home / "ledger.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", "from main import cli; cli()", "serve", "ledger"],
            cwd=PROJECT,
            env=dict(os.environ) | given,
            stdout=log,
            stderr=log,
        )


async def counted(room: Room) -> tuple[int, int]:
    """Return the number of calls that have ended and of events."""
    try:
        [calls] = await room.rows("SELECT count(*) AS n FROM calls WHERE disposition IS NOT NULL")
        [events] = await room.rows("SELECT count(*) AS n FROM call_events WHERE source <> 'ledger'")
    except Exception:  # noqa: BLE001 (the tables are not there yet, or the database is away)
        return 0, 0
    return calls["n"], events["n"]


async def everything_is_kept(room: Room) -> None:
    async def kept() -> bool:
        return await counted(room) == (CALLS, LINES)

    await until(kept, within=60, what="every call and every line is kept")
    [twice] = await room.rows(
        'SELECT count(*) AS n FROM (SELECT file, "offset" FROM call_events'
        ' GROUP BY file, "offset" HAVING count(*) > 1) AS doubled'
    )
    assert twice["n"] == 0
    ids = [row["id"] for row in await room.rows("SELECT id FROM calls ORDER BY id")]
    assert ids == [call_id(number) for number in range(CALLS)]


class Writer:
    """Writes the journals bit by bit, as the switch and our service do."""

    def __init__(self, room: Room, seed: int) -> None:
        self._room = room
        self._left = dict(JOURNAL.files)
        self._chance = random.Random(seed)

    def writes(self, share: float) -> None:
        """Write about this share of what is left of each journal, cut anywhere."""
        for name in JOURNALS:
            content = self._left[name]
            cut = len(content) if share >= 1 else int(len(content) * share)
            self._room.write(name, content[:cut], at=None)
            self._left[name] = content[cut:]


def spool_all(room: Room) -> Sequence[Path]:
    """Lay a short recording of each call on the spool."""
    files = [room.settings.paths.spool_calls / f"{call_id(n)}.raw" for n in range(CALLS)]
    for file in files:
        file.write_bytes(stereo(silence(0.1), silence(0.1)))
    return files


async def answered(room: Room) -> int:
    [row] = await room.rows("SELECT count(*) AS n FROM calls WHERE answered IS NOT NULL")
    return int(row["n"])


@pytest.mark.slow
async def test_killed_again_and_again_the_ledger_keeps_everything_once(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as room:
        writer = Writer(room, 1)
        spool_all(room)
        for turn in range(5):
            writer.writes(0.3)
            process = started(room)
            before = await counted(room)

            async def moved(before: tuple[int, int] = before) -> bool:
                return await counted(room) != before

            await until(moved, within=30, what=f"the ledger keeps something, start {turn}")
            process.kill()
            process.wait(timeout=10)
        writer.writes(1.0)
        process = started(room)
        try:
            await everything_is_kept(room)
            wanted = await answered(room)

            async def recorded() -> bool:
                [row] = await room.rows("SELECT count(*) AS n FROM recordings WHERE kind = 'call'")
                return int(row["n"]) == wanted

            await until(recorded, within=60, what="every answered call has its recording")
        finally:
            process.terminate()
            assert process.wait(timeout=15) == 0
        left = list(room.settings.paths.spool_calls.iterdir())
        assert len(left) == CALLS - wanted, "only calls that were never answered"
        await room.engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["frozen", "restarted"])
async def test_rows_arrive_later_when_the_database_was_away(
    tmp_path: Path, own_postgres: Postgres, trouble: str
) -> None:
    with opened(tmp_path, own_postgres.new_database()) as room:
        writer = Writer(room, 2)
        process = started(room)
        try:
            writer.writes(0.3)

            async def some() -> bool:
                return (await counted(room))[1] > 0

            await until(some, within=30, what="the ledger works")
            if trouble == "frozen":
                own_postgres.pause()
            else:
                await room.engine.dispose()
                own_postgres.stop()
            writer.writes(0.5)
            await until(
                lambda: lag(room) > 1.5, within=15, what="the ledger knows that it is behind"
            )
            writer.writes(1.0)
            if trouble == "frozen":
                own_postgres.go_on()
            else:
                await asyncio.to_thread(own_postgres.start)
            await everything_is_kept(room)
            await until(lambda: lag(room) == 0, within=10, what="the ledger has caught up")
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0
            await room.engine.dispose()


def lag(room: Room) -> float:
    try:
        report: dict[str, Any] = json.loads((room.settings.paths.run / "ledger.json").read_text())
    except (OSError, ValueError):
        return 0.0
    return float(report["lag_s"])


async def test_the_ledger_starts_without_a_database_and_waits_for_it(
    tmp_path: Path, own_postgres: Postgres
) -> None:
    url = own_postgres.new_database()
    with opened(tmp_path, url) as room:
        own_postgres.stop()
        Writer(room, 3).writes(1.0)
        process = started(room)
        try:
            await until(
                (room.settings.paths.run / "ledger.json").exists,
                within=30,
                what="the ledger reports",
            )
            assert process.poll() is None
            await asyncio.to_thread(own_postgres.start)
            await everything_is_kept(room)
        finally:
            process.terminate()
            assert process.wait(timeout=15) == 0
            await room.engine.dispose()


async def test_asked_to_stop_it_keeps_the_last_lines_and_ends_in_time(
    tmp_path: Path, database_url: str
) -> None:
    with opened(tmp_path, database_url) as room:
        process = started(room)
        await until(
            (room.settings.paths.run / "ledger.json").exists,
            within=30,
            what="the ledger reports",
        )
        Writer(room, 4).writes(1.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert (await counted(room))[0] == CALLS
        await room.engine.dispose()
