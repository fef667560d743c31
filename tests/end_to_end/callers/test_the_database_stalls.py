"""The database stalls, is locked or restarts: calls are answered, and their rows arrive later."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import House
from tests.postgres import Postgres

pytestmark = pytest.mark.real
DATABASES = ("sqlite", "postgres")
CALLERS = 5


@asynccontextmanager
async def _stalled(house: House, cluster: Postgres | None) -> AsyncIterator[None]:
    if cluster is None:
        with contextlib.closing(sqlite3.connect(house.settings.paths.database)) as other:
            other.isolation_level = None
            other.execute("PRAGMA busy_timeout = 5000")
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    cluster.pause()
    try:
        yield
    finally:
        cluster.go_on()


async def test_calls_are_answered_while_the_database_stalls_and_kept_afterwards(
    house: House,
    phone: Phone,
    words: Callable[[float], Samples],
    request: pytest.FixtureRequest,
) -> None:
    is_postgres = house.settings.database_url.startswith("postgresql")
    cluster: Postgres | None = request.getfixturevalue("postgres") if is_postgres else None
    refs = [f"stalled-{n}" for n in range(CALLERS)]

    async def rings_up(ref: str) -> None:
        call = await phone.call(house.settings.hotline_number, ref=ref)
        await call.answered(within=5)
        await call.hears_words(within=3)
        await call.says(words(1.0))
        await call.hears_words(within=8)
        await call.hangs_up()

    async with _stalled(house, cluster):
        await asyncio.gather(*map(rings_up, refs))
    for ref in refs:
        row = await house.call_of(ref, within=60)
        assert row["disposition"] == "abandoned_dialogue"
        await house.recording_of(row, within=30)


async def test_calls_are_answered_while_postgresql_restarts(
    house: House, phone: Phone, request: pytest.FixtureRequest
) -> None:
    if not house.settings.database_url.startswith("postgresql"):
        pytest.skip("SQLite has no server that could restart")
    cluster: Postgres = request.getfixturevalue("postgres")
    await asyncio.to_thread(cluster.stop)
    try:
        call = await phone.call(house.settings.hotline_number, ref="restarted")
        await call.answered(within=5)
        await call.hears_words(within=3)
        await call.hangs_up()
    finally:
        await asyncio.to_thread(cluster.start)
    row = await house.call_of("restarted", within=60)
    await house.recording_of(row, within=30)
