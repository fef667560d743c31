"""What the desk says while its database is away, frozen or full: a refusal, soon, and no more."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from db.bounded import REQUEST_BUDGET_S
from permissions.roles import Role
from tests.integration.desk_room import Room, recording_id, room
from tests.postgres import Postgres, running
from tests.waiting import until

JUDGES_PATIENCE = True


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    """A PostgreSQL of this module's own: it is stopped and frozen here."""
    with running() as found:
        yield found


@pytest_asyncio.fixture
async def desk(cluster: Postgres, tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path, cluster.new_database()) as found:
        yield found


async def _asked(desk: Room, path: str) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = await desk.get(path)
    return answer, time.monotonic() - began


async def _refused_soon(desk: Room) -> None:
    paths = ["/api/v1/calls", f"/api/v1/recordings/{recording_id(1)}/audio"] * 15
    for answer, seconds in await asyncio.gather(*(_asked(desk, path) for path in paths)):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["title"] == "Not available now"
        assert seconds < REQUEST_BUDGET_S + 0.5


async def _said_to_be_ill(desk: Room) -> None:
    answer, seconds = await _asked(desk, "/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["state"] == "ill"
    assert seconds < 1.5


async def _well_again(desk: Room) -> None:
    async def answers() -> bool:
        answer: httpx.Response = await desk.get("/api/v1/calls", Role.INSPECTOR)
        return answer.status_code == 200

    await until(answers, within=20, what="the desk answers again")


async def test_a_frozen_database_is_not_waited_for(desk: Room, cluster: Postgres) -> None:
    assert (await desk.get("/api/v1/calls")).status_code == 200
    cluster.pause()
    try:
        await _refused_soon(desk)
        await _said_to_be_ill(desk)
    finally:
        cluster.go_on()
    await _well_again(desk)


async def test_a_database_that_died_comes_back_by_itself(desk: Room, cluster: Postgres) -> None:
    assert (await desk.get("/api/v1/calls")).status_code == 200
    cluster._execute("CHECKPOINT")  # this cluster writes lazily, and would forget our tokens
    cluster.stop()
    try:
        await _refused_soon(desk)
        await _said_to_be_ill(desk)
    finally:
        cluster.start()
    await _well_again(desk)


async def test_a_broken_file_is_a_database_that_does_not_answer(tmp_path: Path) -> None:
    async with room(tmp_path) as desk:
        await desk.app.state.database.close(within=5)
        (tmp_path / "thirdring.db").write_bytes(b"no database" * 1000)
        answer, _ = await _asked(desk, "/api/v1/calls")
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text


async def test_nobody_listens_without_a_record(tmp_path: Path) -> None:
    async with room(tmp_path) as desk:
        await desk.get("/api/v1/calls", Role.INSPECTOR)
        await desk.app.state.database.settled()
        async with desk.app.state.database._engine.connect() as other:  # somebody holds the lock
            await other.exec_driver_sql("COMMIT")
            await other.exec_driver_sql("BEGIN IMMEDIATE")
            answer, seconds = await _asked(desk, f"/api/v1/recordings/{recording_id(1)}/audio")
            assert answer.status_code == 503
            assert seconds < REQUEST_BUDGET_S + 0.5
            assert (await desk.get("/api/v1/calls")).status_code == 200
            await other.rollback()
