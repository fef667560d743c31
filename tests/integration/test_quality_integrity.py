"""What was submitted stays as it was: one changed byte is found, an erasure is no such change."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from db.bulk import table_of
from features.audit import chain
from features.personal_data import rows
from features.quality_scores import integrity
from features.quality_scores.tables import QualityAppealRow, QualityScoreRow
from tests.integration.desk_room import NUMBER
from tests.integration.page_room import Pages
from tests.integration.quality_room import (
    GOOD,
    INSPECTOR,
    MANAGER,
    SCORE,
    SENIOR,
    done,
    drawn,
    inspected,
)
from traces.spellings import Spellings

HEARD = f"客户 {NUMBER} 说了三遍"


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    """A desk with one score in two versions, and an appeal that was decided."""
    async with inspected(filled, SENIOR) as found:
        await drawn(found)
        item = await done(found, INSPECTOR, "-items/next")
        marks = [{"second": 3, "words": HEARD}]
        given = {**SCORE, "answers": GOOD, "marks": marks, "words": "好 “真的”"}
        score = await done(found, INSPECTOR, f"-items/{item['id']}/score", given)
        appeal = await done(found, SENIOR, f"-scores/{score['id']}/appeal", {"words": "不公平"})
        decision = {"outcome": "rejected", "why": "听过了"}
        await done(found, MANAGER, f"-appeals/{appeal['id']}/decide", decision)
        yield found


async def checked(desk: Pages) -> integrity.Checked:
    await desk.room.app.state.database.settled()
    found: integrity.Checked = await desk.room.app.state.database.ask(integrity.check, within=30)
    return found


async def changes(desk: Pages, statement: Any) -> None:
    await desk.write(lambda one: one.execute(statement))


async def test_what_nobody_changed_holds(desk: Pages) -> None:
    assert await checked(desk) == integrity.Checked(1, [])


@pytest.mark.parametrize(
    "values",
    [
        {"tenths": 999},
        {"words": "好 “真的” "},
        {"marks": [{"second": 4, "words": HEARD}]},
        {"answers": {**GOOD, "1": "none"}},
        {"agent": "1001"},
        {"digest": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
async def test_a_changed_score_is_found(desk: Pages, values: dict[str, Any]) -> None:
    await changes(desk, update(QualityScoreRow).values(values))
    assert (await checked(desk)).broken == [("Score 1", "it is not as it was submitted")]


async def test_a_score_that_is_gone_and_a_decision_that_was_turned_are_found(desk: Pages) -> None:
    await changes(desk, update(QualityAppealRow).values(outcome="accepted"))
    assert (await checked(desk)).broken == [("Appeal 1", "it was decided otherwise")]
    await changes(desk, delete(QualityAppealRow))
    await changes(desk, delete(QualityScoreRow))
    assert (await checked(desk)).broken == [("Score 1", "it is missing")]


async def test_a_person_who_is_taken_out_of_a_score_breaks_nothing(desk: Pages) -> None:
    table = table_of(QualityScoreRow)
    spelt = Spellings(identity=f"+86{NUMBER}", region="CN")

    async def erase(connection: Any) -> None:
        leaf = await rows.leaf(connection, table, [table.c.marks], spelt, change=True)
        assert leaf.mentions == 1

    await desk.write(erase)
    assert (await checked(desk)).broken == []

    async def whole(connection: Any) -> Any:
        return await chain.check(connection)

    assert (await desk.room.app.state.database.ask(whole, within=30)).broken is None
    await changes(desk, update(QualityScoreRow).values(tenths=1))
    assert (await checked(desk)).broken, "what is changed after an erasure is found too"
