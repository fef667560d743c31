"""The newest calls of numbers with some digits: as many numbers are asked as a page has calls."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import delete, event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import engine
from features.calls import queries, writes
from features.calls.lifecycle import CallRecord, Disposition
from features.calls.queries import CallFilter
from features.calls.tables import Call
from permissions.scopes import EVERYTHING
from tests.integration.ledger_room import call_id
from tests.numbers import CHINA
from tests.unit.test_call_fold import left_a_message, talked

SEED = 1307
NUMBERS = 60
CALLS = 400
PAGE = 5


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


def _calls() -> list[CallRecord]:
    """Return calls of many numbers, each with 4711 somewhere; some ring often, most seldom."""
    by = random.Random(SEED)
    numbers = [f"138{by.randrange(10**4):04d}4711" for _ in range(NUMBERS)]
    made = []
    for which in range(CALLS):
        record = left_a_message().record() if which % 3 else talked().record()
        number = numbers[min(by.randrange(NUMBERS), by.randrange(NUMBERS))]
        later = timedelta(seconds=by.randrange(1000))
        rang = record.ring_started + later
        made.append(
            replace(
                record,
                id=call_id(which),
                linkedid=f"trk-{which}.0",
                number=number,
                ring_started=rang,
            )
        )
    return made


async def _listed(database: AsyncEngine, wanted: CallFilter) -> list[str]:
    """Return the ids of all calls that are wanted, page by page."""
    found: list[str] = []
    cursor: str | None = None
    async with database.connect() as connection:
        while True:
            page = await queries.calls(
                connection, wanted, reach=EVERYTHING, limit=PAGE, cursor=cursor
            )
            found += [each.id for each in page.items]
            cursor = page.next
            if cursor is None:
                return found


def _newest_first(calls: list[CallRecord]) -> list[str]:
    def when(each: CallRecord) -> tuple[datetime, str]:
        return each.ring_started, each.id

    return [each.id for each in sorted(calls, key=when, reverse=True)]


@pytest.mark.asyncio
async def test_every_page_of_a_piece_has_the_calls_in_order_whatever_else_is_asked(
    database: AsyncEngine,
) -> None:
    calls = _calls()
    async with database.begin() as connection:
        await writes.keep_calls(connection, calls, CHINA)
    assert await _listed(database, CallFilter(piece="4711")) == _newest_first(calls)
    ended = Disposition.AGENT
    of_agents = [each for each in calls if each.disposition is ended]
    assert 0 < len(of_agents) < len(calls)
    wanted = CallFilter(piece="4711", disposition=ended)
    assert await _listed(database, wanted) == _newest_first(of_agents)
    since = sorted(each.ring_started for each in calls)[len(calls) // 2]
    late = [each for each in calls if each.ring_started >= since]
    assert await _listed(database, CallFilter(piece="4711", since=since)) == _newest_first(late)


@pytest.mark.asyncio
async def test_numbers_whose_calls_are_gone_hide_nobody_elses(database: AsyncEngine) -> None:
    calls = _calls()
    last = {
        each.number: each.ring_started for each in sorted(calls, key=lambda one: one.ring_started)
    }
    gone = set(sorted(last, key=lambda number: last[number], reverse=True)[1::2])
    async with database.begin() as connection:
        await writes.keep_calls(connection, calls, CHINA)
        await connection.execute(delete(Call).where(Call.number.in_(gone)))
    rest = [each for each in calls if each.number not in gone]
    assert await _listed(database, CallFilter(piece="4711")) == _newest_first(rest)


@pytest.mark.asyncio
async def test_the_first_page_asks_for_the_calls_of_no_more_numbers_than_it_shows(
    database: AsyncEngine,
) -> None:
    async with database.begin() as connection:
        await writes.keep_calls(connection, _calls(), CHINA)
    asked: list[int] = []

    def heard(_c: object, _u: object, statement: str, values: object, *_: object) -> None:
        if "FROM calls" in statement:
            asked.append(len(values) if isinstance(values, (tuple, list, dict)) else 0)

    event.listen(database.sync_engine, "before_cursor_execute", heard)
    async with database.connect() as connection:
        await queries.calls(connection, CallFilter(piece="4711"), reach=EVERYTHING, limit=PAGE)
    assert len(asked) == 1
    assert asked[0] <= PAGE + 5
