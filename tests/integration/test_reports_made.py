"""Reports are made by themselves on their dates, once, in a chain; a correction is another one."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import engine
from features.audit import chain as audit
from features.report_figures import checking
from features.reports import chain, content, queries
from features.reports.queries import Report
from features.reports.rules import Sort
from features.reports.tables import ReportLetterRow, ReportRow
from features.reports.worker import ReportWorker
from settings import Settings
from tests.integration.test_reports_figures import CHINA, NOON, chance_call, counted, keep

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=CHINA)
"""NOON is on the Saturday before."""


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


def worker(database: AsyncEngine, **more: Any) -> ReportWorker:
    made = ReportWorker(database, Settings(**more))
    made._rollup.rests_s = 0.0
    return made


async def run(database: AsyncEngine, now: datetime, **more: Any) -> None:
    one = worker(database, **more)
    while await one.turn(now) == 0.0:
        pass


async def reports(database: AsyncEngine) -> list[Report]:
    async with database.connect() as connection:
        return list(reversed((await queries.reports(connection)).items))


async def some_calls(database: AsyncEngine, count: int = 40, seed: int = 9) -> None:
    chance = random.Random(seed)
    await keep(database, *(chance_call(each, chance) for each in range(count)))


async def test_a_report_is_made_on_monday_and_not_before(database: AsyncEngine) -> None:
    await some_calls(database)
    await run(database, MONDAY - timedelta(seconds=1))
    early = await reports(database)
    await run(database, MONDAY)
    made = await reports(database)
    monday = {(each.sort, each.period, each.from_day) for each in made[len(early) :]}
    assert monday == {
        (Sort.TRAFFIC, "week", date(2026, 11, 16)),
        (Sort.SATISFACTION, "week", date(2026, 11, 16)),
    }
    assert {each.made_by for each in made} == {""}


async def test_a_report_says_what_a_full_count_says(database: AsyncEngine) -> None:
    await some_calls(database)
    await run(database, MONDAY)
    weeks = [each for each in await reports(database) if each.from_day == date(2026, 11, 16)]
    said = json.loads(next(each.figures for each in weeks if each.sort is Sort.TRAFFIC))
    since, until = datetime(2026, 11, 16, tzinfo=CHINA), datetime(2026, 11, 23, tzinfo=CHINA)
    async with database.connect() as connection:
        rang = text(
            "SELECT count(*) FROM calls WHERE direction = 'in' AND ring_started >= :since"
            " AND ring_started < :until"
        ).bindparams(since=_bound(database, since), until=_bound(database, until))
        count = (await connection.execute(rang)).scalar_one()
    assert count > 10
    assert said["calls_in"]["count"] == count
    assert sum(row["count"] for row in said["days"]) == count
    assert sum(row["count"] for row in said["half_hours"]) == count
    assert sum(row["count"] for row in said["outcomes"]) == count


def _bound(database: AsyncEngine, at: datetime) -> object:
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%d %H:%M:%S.%f}" if database.dialect.name == "sqlite" else utc


async def test_many_ledgers_at_once_make_each_report_once(database: AsyncEngine) -> None:
    await some_calls(database)
    await counted(database)
    workers = [worker(database) for _ in range(4)]

    async def work(one: ReportWorker) -> None:
        for _ in range(12):
            await one.turn(MONDAY)

    await asyncio.gather(*map(work, workers))
    made = await reports(database)
    keys = [(each.sort, each.period, each.from_day) for each in made]
    assert len(keys) == len(set(keys)) >= 2
    async with database.connect() as connection:
        assert not (await chain.check(connection)).broken
        assert (await audit.check(connection)).broken is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reports SET figures = figures || ' ' WHERE id = 1",
        "UPDATE reports SET made_by = '1001' WHERE id = 1",
        "UPDATE reports SET from_day = '2026-11-09' WHERE id = 1",
        "DELETE FROM reports WHERE id = 2",
        "DELETE FROM reports WHERE id = (SELECT max(id) FROM reports)",
    ],
)
async def test_whatever_is_changed_in_a_report_is_found(database: AsyncEngine, change: str) -> None:
    await some_calls(database)
    await run(database, MONDAY)
    async with database.execution_options(writing=True).begin() as connection:
        assert not (await chain.check(connection)).broken
        await connection.execute(text(change))
        assert (await chain.check(connection)).broken


async def test_a_figure_that_was_written_by_hand_is_found(database: AsyncEngine) -> None:
    await some_calls(database)
    await counted(database)
    how: dict[str, Any] = {"zone": CHINA, "within_s": 15.0}
    async with database.execution_options(writing=True).begin() as connection:
        days, wrong = await checking.wrong_days(connection, **how)
        assert (days > 4, wrong) == (True, [])
        one = text(
            "UPDATE report_figures SET count = count + 1"
            " WHERE id = (SELECT min(id) FROM report_figures)"
        )
        await connection.execute(one)
        assert len((await checking.wrong_days(connection, **how))[1]) == 1


async def test_a_report_goes_to_each_address_once(database: AsyncEngine) -> None:
    await some_calls(database)
    mail = {
        "mail_address": "hotline@example.com",
        "mail_smtp": "127.0.0.1:9",
        "report_mail": "head@example.com,count@example.com",
    }
    await run(database, MONDAY, **mail)
    await run(database, MONDAY, **mail)
    async with database.connect() as connection:
        made = (await connection.execute(select(func.count(ReportRow.id)))).scalar_one()
        sent = (await connection.execute(select(func.count(ReportLetterRow.id)))).scalar_one()
    assert made >= 2
    assert sent == 2 * made


async def test_missed_dates_are_made_up_for(database: AsyncEngine) -> None:
    await some_calls(database)
    await run(database, NOON + timedelta(days=35))
    dues = sorted({(each.period, each.to_day) for each in await reports(database)})
    weeks = [day for period, day in dues if period == "week"]
    assert weeks[0] <= date(2026, 11, 22)
    assert weeks[-1] == date(2026, 12, 20)
    assert len(weeks) == (weeks[-1] - weeks[0]).days // 7 + 1
    assert ("month", date(2026, 12, 20)) in dues
    assert ("quarter", date(2026, 12, 20)) in dues
    assert ("year", date(2026, 12, 20)) in dues


def test_a_weak_point_has_enough_answers_and_fewer_satisfied_than_usual() -> None:
    def said(name: str, good: int, bad: int) -> dict[str, Any]:
        return {"business": name, "satisfied": good, "not_satisfied": bad, "not_reached": 1}

    whole = said("", 20, 10)
    parts = {"business": [said("宽带", 1, 7), said("电话卡", 0, 3), said("固话", 19, 0)]}
    assert [one["name"] for one in content.weak_points(whole, parts)] == ["宽带"]
