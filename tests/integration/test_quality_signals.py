"""Clauses that an agent broke are signals of risk when a day is drawn (QA-1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_judgements.tables import CallJudgementRow
from features.quality_samples import calendar, population
from features.quality_samples.drawing import quotas_of
from features.quality_samples.rules import Candidate, Week, draw
from tests.integration.desk_room import NUMBERS, call_id
from tests.integration.page_room import Pages, Seen
from tests.integration.quality_room import (
    INSPECTOR,
    MANAGER,
    SENIOR,
    drawn,
    inspected,
    items,
    yesterday,
)
from tests.integration.test_quality_report import judgement

AGENT = NUMBERS[SENIOR]
LONG_HOLD_S = 60


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    """A desk whose five calls were a senior's, yesterday; clauses of some are judged."""
    async with inspected(filled, SENIOR) as found:
        rang = calendar.bounds(yesterday(found), found.room.settings.zone)[0] + timedelta(hours=9)
        await found.write(lambda one: one.execute(insert(CallJudgementRow), judged(rang)))
        yield found


def judged(rang: datetime) -> list[dict[str, Any]]:
    of_that_day = {"ring_started": rang}
    return [
        judgement(1, AGENT, "QA-3.dead_air", **of_that_day),
        judgement(1, AGENT, "QA-3.rate", **of_that_day),
        judgement(1, AGENT, "SIL-6", **of_that_day),
        judgement(2, AGENT, "QA-3.rate", outcome="kept", **of_that_day),
        judgement(3, AGENT, "QA-3.rate", superseded_at=rang, **of_that_day),
        judgement(4, "2999", "QA-3.rate", **of_that_day),
        judgement(5, "", "ANS-1", **of_that_day),
    ]


async def there(desk: Pages) -> dict[str, Candidate]:
    settings = desk.room.settings

    async def ask(connection: AsyncConnection) -> Any:
        return await population.of_day(
            connection, yesterday(desk), settings.zone, long_hold_s=LONG_HOLD_S
        )

    found = await desk.room.app.state.database.ask(ask, within=30)
    return {one.subject: one for one in found if one.call_id == one.subject}


async def test_a_broken_clause_of_the_agent_is_a_signal_with_its_lots(desk: Pages) -> None:
    found = await there(desk)
    told = {which: found[call_id(which)] for which in range(1, 6)}
    broken = ("broken_dead_air", "broken_rate")
    assert tuple(each for each in told[1].signals if "broken" in each) == broken
    assert told[1].risk == told[2].risk + 3.0
    for which in (2, 3, 4, 5):
        assert not [each for each in told[which].signals if "broken" in each], which


async def test_with_the_seed_and_what_is_judged_the_draw_is_the_same(desk: Pages) -> None:
    made = await drawn(desk)
    settings = desk.room.settings

    async def again(connection: AsyncConnection) -> Any:
        day = yesterday(desk)
        those = await population.of_day(connection, day, settings.zone, long_hold_s=LONG_HOLD_S)
        assert population.digest(those) == made["digest"]
        quotas = replace(quotas_of(settings), double_share=0.0)
        staff = await population.staff(connection)
        week = Week(is_last=calendar.is_last(day))
        return draw(list(reversed(those)), quotas, seed=made["seed"], staff=staff, week=week)

    same = await desk.room.app.state.database.ask(again, within=30)
    kept = await items(desk, thing="call", turn=1)
    assert {one.candidate.subject for one in same.items} == {row["subject"] for row in kept}


async def test_the_work_list_says_which_clause_speaks_for_a_call(desk: Pages) -> None:
    desk.room.app.state.settings = desk.room.settings.model_copy(update={"quality_share": 100.0})
    await drawn(desk)
    async with desk.person(INSPECTOR) as person:
        page = Seen((await person.get("/quality")).text)
    assert "冷场" in page.text
    assert "语速不当" in page.text
    async with desk.person(MANAGER, language="en") as person:
        assert "long dead air" in (await person.get("/quality")).text
