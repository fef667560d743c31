"""Clocks that are due, moved by workers that are killed: none is lost, none acts twice (TKT-12)."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from db.migrate import upgrade
from features.callbacks.tables import CallbackRow
from features.ticket_clocks.house import house
from features.ticket_clocks.tables import TicketClockRow
from features.ticket_clocks.worker import ClockWorker
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, writes
from features.tickets.history import Author
from features.tickets.lifecycle import TicketSource, opened
from features.tickets.tables import TicketEntryRow, TicketOrderRow, TicketRow
from permissions.roles import Role
from settings import PROJECT, Settings
from tests.postgres import Postgres, running

SENIOR = Author(role=Role.SENIOR_AGENT, signature="1002", number="1002")
HOUSE = house(Settings())


async def open_some(
    connection: AsyncConnection,
    how_many: int,
    ago: timedelta,
    topic: str,
    *,
    now: datetime | None = None,
) -> None:
    """Open tickets that began a while ago; nobody has answered or dispatched them."""
    now = now or datetime.now(UTC)
    for which in range(how_many):
        fresh = opened(
            source=TicketSource.CALL,
            topic=topic,
            customer_number=f"1381234{which:04d}",
            created_at=now - ago,
        )
        await writes.open_ticket(connection, fresh, author=SENIOR, house=HOUSE, day=now.date())


async def write(url: str, change: Any) -> Any:
    made = engine(url)
    async with made.execution_options(writing=True).begin() as connection:
        found = await change(connection)
    await made.dispose()
    return found


async def turned(url: str, now: datetime) -> int:
    """Return how many clocks one worker has moved until nothing was due."""
    made = engine(url)
    worker = ClockWorker(made, Settings())
    while await worker.turn(now):
        pass
    await made.dispose()
    return worker.acted


async def entries(url: str) -> Counter[tuple[str, str]]:
    """Return what the history tells of clocks, by what and which, how often."""

    async def asked(connection: AsyncConnection) -> Counter[tuple[str, str]]:
        rows = await connection.execute(select(TicketEntryRow.what, TicketEntryRow.said))
        return Counter((what, said["clock"]) for what, said in rows if "clock" in said)

    found: Counter[tuple[str, str]] = await write(url, asked)
    return found


async def _due(url: str, tickets: int) -> None:
    """Have two clocks of each of some complaints be due: dispatch, and the progress notice."""
    await write(url, lambda one: open_some(one, tickets, timedelta(hours=25), "complaint"))


async def _nothing_lost_nothing_doubled(url: str, tickets: int) -> None:
    told = await entries(url)
    assert told[("overdue", "dispatch")] == tickets
    assert told[("overdue", "progress")] == tickets
    assert told[("urgent", "dispatch")] == tickets

    async def asked(connection: AsyncConnection) -> tuple[Any, Any, Any]:
        calls = select(CallbackRow.ticket_id, func.count()).group_by(CallbackRow.ticket_id)
        urgent = select(func.count()).where(TicketRow.urgent)
        each = select(TicketEntryRow.ticket_id, func.count()).group_by(TicketEntryRow.ticket_id)
        return (
            (await connection.execute(calls)).all(),
            (await connection.execute(urgent)).scalar_one(),
            (await connection.execute(each)).all(),
        )

    calls, urgent, each = await write(url, asked)
    assert Counter(count for _, count in calls) == {1: tickets}
    assert urgent == tickets
    assert Counter(count for _, count in each) == {4: tickets}  # opened, 2 × overdue, urgent


def killed_workers(url: str, *, kills: int, workers: int = 2, seed: int = 7) -> int:
    """Let workers work and die; return how many died."""
    command = [sys.executable, "-m", "tests.integration.clock_workers"]
    numbers = [str(workers), str(kills), str(seed)]
    done = subprocess.run(
        [*command, url, *numbers], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])


async def test_of_clocks_under_killed_workers_none_is_lost_and_none_acts_twice(
    database_url: str,
) -> None:
    await _due(database_url, 15)
    died = await asyncio.to_thread(killed_workers, database_url, kills=8)
    assert died >= 4, "hardly anything was killed"
    await _nothing_lost_nothing_doubled(database_url, 15)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_500_clocks_under_100_kills(database_url: str) -> None:
    await _due(database_url, 250)
    died = await asyncio.to_thread(killed_workers, database_url, kills=100)
    assert died == 100
    await _nothing_lost_nothing_doubled(database_url, 250)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_500_clocks_while_the_database_is_killed_again_and_again() -> None:
    with running(synchronous_commit="on") as cluster:
        url = cluster.new_database()
        await asyncio.to_thread(upgrade, url)
        await _due(url, 250)
        work = asyncio.create_task(asyncio.to_thread(killed_workers, url, kills=60))
        # Here, not in a thread: a server is gone with the thread that started it.
        while not work.done():
            await asyncio.sleep(0.7)
            cluster.kill()
            await asyncio.sleep(0.3)
            _started(cluster)
        assert await work
        await turned(url, datetime.now(UTC))
        await _nothing_lost_nothing_doubled(url, 250)


def _started(cluster: Postgres) -> None:
    """Start a server that was killed: what it shared with its processes may not be free yet."""
    for _ in range(5):
        with suppress(RuntimeError):
            return cluster.start()
        time.sleep(1.0)
    raise AssertionError("the database does not start again")


async def test_a_clock_that_cannot_be_read_stops_no_other(database_url: str) -> None:
    """One ticket without a number, as no program of ours leaves it, is put aside and said."""
    await _due(database_url, 3)
    bad = update(TicketClockRow).where(TicketClockRow.ticket_id == 1)
    await write(database_url, lambda one: one.execute(bad.values(due_at=None)))
    assert await turned(database_url, datetime.now(UTC)) == 4
    told = await entries(database_url)
    assert told[("overdue", "dispatch")] == 2


@pytest.mark.parametrize(
    "wall",
    [
        pytest.param("2026-11-30 10:00", id="at work"),
        pytest.param("2026-11-30 17:20", id="over closing time"),
        pytest.param("2026-11-30 21:00", id="at night"),
        pytest.param("2026-11-29 07:55", id="on a Sunday"),
    ],
)
async def test_a_department_that_is_late_is_reminded_again_and_again(
    database_url: str, wall: str
) -> None:
    now = datetime.fromisoformat(f"{wall}+08:00").astimezone(UTC)
    ago = timedelta(minutes=1)
    await write(database_url, lambda one: open_some(one, 1, ago, "complaint", now=now))

    async def dispatched(connection: AsyncConnection) -> str:
        number = (await connection.execute(select(TicketRow.number))).scalar_one()
        given = Given(department="线路班", deadline=now + timedelta(hours=1))
        await acts.act(
            connection,
            str(number),
            Verb.DISPATCH,
            given,
            version=None,
            author=SENIOR,
            house=HOUSE,
            now=now,
        )
        return str(number)

    await write(database_url, dispatched)
    assert await turned(database_url, now + timedelta(minutes=50)) == 1  # warned
    assert await turned(database_url, now + timedelta(hours=1)) == 1
    assert await turned(database_url, now + timedelta(hours=1, minutes=1)) == 0
    orders = select(TicketOrderRow.kind, TicketOrderRow.written_by, TicketOrderRow.refers_to)
    rows = await write(database_url, lambda one: _all(one, orders))
    assert [kind for kind, _, _ in rows] == ["dispatch", "remind"]
    assert rows[1][1] == "", "a clock wrote it"
    told = await entries(database_url)
    assert told == {
        ("warned", "promised"): 1,
        ("overdue", "promised"): 1,
        ("remind", "promised"): 1,
    }


async def test_a_consultation_is_looked_at_every_hour_and_escalated_at_last(
    database_url: str,
) -> None:  # TKT-7
    await write(database_url, lambda one: open_some(one, 1, timedelta(0), "consultation"))
    began = datetime.now(UTC)
    for hour in range(1, 13):
        await turned(database_url, began + timedelta(hours=hour, seconds=1))
    told = await entries(database_url)
    assert told[("overdue", "look")] == 12
    assert told[("overdue", "answer")] == 1
    assert told[("escalate", "answer")] == 1
    stands = select(TicketRow.escalated_at.is_not(None), TicketRow.next_due_at)
    [(escalated, _)] = await write(database_url, lambda one: _all(one, stands))
    assert escalated


async def _all(connection: AsyncConnection, query: Any) -> Any:
    return (await connection.execute(query)).all()


def test_the_worker_is_a_turn_of_the_ledger() -> None:
    text = (Path(PROJECT) / "ledger" / "service.py").read_text()
    assert "self._act_on_clocks," in text
