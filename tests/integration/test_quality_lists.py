"""Every list of inspection, with each of its filters, is asked by an index (QA-2)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.quality_samples import population, queries, sessions
from features.quality_samples.calendar import bounds
from features.quality_samples.lifecycle import ItemState
from features.quality_samples.queries import ItemFilter
from features.quality_samples.tables import QualityDrawRow, QualityItemRow, QualitySessionRow
from features.quality_scores import appeals, scores
from features.quality_scores.scores import ScoreFilter
from features.quality_scores.tables import QualityAppealRow, QualityNoteRow, QualityScoreRow
from features.reports import inspection
from features.reports.rules import PeriodKind, period_due
from permissions.scopes import EVERYTHING, Reach, Scope
from settings import Settings
from tests.integration.desk_room import BEGAN, call_id, fill
from tests.integration.plans import listening, read_whole
from tests.integration.quality_rows import ANSWERS, DAY, inspected, item

REACHES = (
    EVERYTHING,
    Reach(scope=Scope.OWN, number="1002"),
    Reach(scope=Scope.TEAM, number="1009", team=frozenset({"1001", "1002", "1009"})),
)
ITEMS = (
    ItemFilter(),
    ItemFilter(state=ItemState.OPEN),
    ItemFilter(inspector="1007"),
    ItemFilter(agent="1002"),
    ItemFilter(day=DAY),
    ItemFilter(state=ItemState.OPEN, agent="1002"),
    ItemFilter(state=ItemState.TAKEN, inspector="1007"),
    ItemFilter(day=DAY, agent="1002"),
)
FEW = {"accounts", "quality_forms", "quality_form_versions"}
SCORES = (ScoreFilter(), ScoreFilter(agent="1002"), ScoreFilter(scorer="1007"))


@pytest.fixture
async def rows(database_url: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    await fill(tmp_path / "home", database_url)
    made = engine(database_url)
    async with made.execution_options(writing=True).begin() as connection:
        await inspected(connection)
        many = [
            item(f"n{which}", made_at=BEGAN + timedelta(seconds=which), agent=f"{2000 + which % 9}")
            for which in range(400)
        ]
        await connection.execute(insert(QualityItemRow), many)
        some = {"score_id": 1, "agent": "1002", "words": "x", "decided_words": ""}
        appealed = [
            {**some, "item_id": which, "made_at": BEGAN + timedelta(seconds=which)}
            for which in range(5, 300)
        ]
        await connection.execute(insert(QualityAppealRow), appealed)
        await connection.execute(
            insert(QualityScoreRow), [_score(which) for which in range(5, 300)]
        )
        await connection.execute(insert(QualityDrawRow), [_draw(which) for which in range(1, 200)])
        told = [
            {"agent": f"{1000 + which % 9}", "by": "1007", "words": "x", "made_at": BEGAN}
            for which in range(300)
        ]
        await connection.execute(insert(QualityNoteRow), told)
        begun = [
            {"name": "x", "call_id": call_id(2), "agent": "1002", "made_at": BEGAN, "made_by": "x"}
            for _ in range(300)
        ]
        await connection.execute(insert(QualitySessionRow), begun)
        await connection.execute(text("ANALYZE"))
    yield made
    await made.dispose()


def _score(which: int) -> dict[str, Any]:
    score = {"item_id": which, "version": 1, "form_id": 1, "form_version": 1, "thing": "call"}
    about = {"subject": call_id(2), "call_id": call_id(2), "agent": "1002", "scorer": "1007"}
    counts = {"tenths": 778, "fatal": False, "why": "", "official": True, "digest": "b" * 64}
    said = {"answers": ANSWERS, "marks": [], "words": ""}
    return {**score, **about, **counts, **said, "at": BEGAN + timedelta(seconds=which)}


def _draw(which: int) -> dict[str, Any]:
    draw = {"day": DAY - timedelta(days=which), "seed": "0f" * 16, "drawn_at": BEGAN}
    return {**draw, "drawn_by": "", "digest": "a" * 64, "quotas": {}, "kinds": []}


Ask = Callable[[AsyncConnection], Awaitable[Any]]


def asked() -> list[Ask]:
    found: list[Ask] = []
    for reach in REACHES:
        found += [partial(queries.items, wanted=each, reach=reach) for each in ITEMS]
        found += [partial(scores.scores, wanted=each, reach=reach) for each in SCORES]
        found += [partial(appeals.appeals, reach=reach, open_only=each) for each in (True, False)]
        found += [
            partial(appeals.notes, reach=reach),
            partial(sessions.sessions, reach=reach),
            partial(queries.open_for, inspector="1007", reach=reach),
            partial(queries.progress, since=DAY, until=DAY + timedelta(days=14), reach=reach),
        ]
    found += [
        queries.draws,
        partial(queries.taken_by, inspector="1007"),
        partial(queries.of_days, since=DAY, until=DAY + timedelta(days=7)),
    ]
    return found


async def test_every_list_of_inspection_is_asked_by_an_index(rows: AsyncEngine) -> None:
    async with rows.connect() as connection:
        for ask in asked():
            with listening(connection) as heard:
                await ask(connection)
            assert await read_whole(connection, heard) == [], ask
            await connection.rollback()


async def test_what_there_was_on_a_day_is_asked_by_an_index(rows: AsyncEngine) -> None:
    zone = Settings().zone
    since, until = bounds(DAY, zone)
    async with rows.connect() as connection:
        with listening(connection) as heard:
            await population.of_day(connection, DAY, zone, long_hold_s=60)
            await population.calls_of(connection, ["1002"], since, until)
        assert await read_whole(connection, heard) == []


async def test_the_report_of_a_month_reads_no_table_whole_that_grows(
    rows: AsyncEngine,
) -> None:
    month = period_due(PeriodKind.MONTH, date(2026, 12, 21))
    async with rows.connect() as connection:
        with listening(connection) as heard:
            await inspection.gathered(connection, month, Settings().zone)
        assert set(await read_whole(connection, heard)) <= FEW


async def test_a_list_is_turned_page_by_page_without_a_gap(rows: AsyncEngine) -> None:
    seen: list[int] = []
    cursor: str | None = None
    async with rows.connect() as connection:
        while True:
            page = await queries.items(connection, reach=EVERYTHING, limit=150, cursor=cursor)
            seen += [each.id for each in page.items]
            cursor = page.next
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == 404
