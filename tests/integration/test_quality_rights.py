"""Who sees and judges whose scores: own, team, all; blind; never oneself (QA-2, SEC-1)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.tables import AccountRow
from features.calls.tables import Call
from features.quality_scores.tables import QualityScoreRow
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, call_id
from tests.integration.page_room import Pages
from tests.integration.quality_room import (
    GOOD,
    HALF,
    INSPECTOR,
    JUNIOR,
    LEADER,
    MANAGER,
    SCORE,
    SENIOR,
    asks,
    audited,
    done,
    drawn,
    got,
    inspected,
    items,
    scored,
    scores_twice,
)


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    """A desk whose five calls were a senior's, yesterday; of both kinds of database."""
    async with inspected(filled, SENIOR) as found:
        yield found


async def test_an_agent_sees_the_own_scores_only_and_another_look_is_on_record(
    desk: Pages,
) -> None:
    await drawn(desk)
    made = await scored(desk)
    assert (await got(desk, SENIOR, f"-scores/{made['id']}"))["points"] == 100.0
    status, told = await asks(desk, JUNIOR, f"-scores/{made['id']}", method="GET")
    assert status == 404, told
    assert (await got(desk, JUNIOR, "-scores"))["items"] == []
    [entry] = await audited(desk, "quality_score.read.refused")
    assert entry.subject == f"{made['id']}"
    assert (await asks(desk, SENIOR, "-items", method="GET"))[0] == 403
    assert (await asks(desk, Role.DEPARTMENT, "-scores", method="GET"))[0] == 403


async def test_a_leader_sees_and_scores_the_own_team_only(desk: Pages) -> None:
    async def teams(connection: AsyncConnection) -> None:
        row = AccountRow
        for role, team in ((LEADER, "甲班"), (JUNIOR, "甲班"), (SENIOR, "乙班")):
            await connection.execute(
                update(row).where(row.number == NUMBERS[role]).values(team=team)
            )

    await desk.write(teams)
    await drawn(desk)
    made = await scored(desk)
    assert (await got(desk, LEADER, "-items"))["items"] == []
    assert (await asks(desk, LEADER, f"-scores/{made['id']}", method="GET"))[0] == 404
    [live] = await items(desk, thing="live")
    for path in (f"-items/{live['id']}/take", f"-items/{live['id']}/score"):
        assert (await asks(desk, LEADER, path, SCORE if "score" in path else None))[0] == 404
    note = {"agent": NUMBERS[SENIOR], "words": "好"}
    assert (await asks(desk, LEADER, "-notes", note))[0] == 422
    await done(desk, LEADER, "-notes", note | {"agent": NUMBERS[JUNIOR]})


async def test_nobody_scores_themselves_whatever_the_role(desk: Pages) -> None:
    own = update(Call).values(agent=NUMBERS[MANAGER])
    await desk.write(lambda connection: connection.execute(own))
    await drawn(desk)
    every = await items(desk)
    assert {row["agent"] for row in every} == {NUMBERS[MANAGER]}
    assert (await asks(desk, MANAGER, "-items/next"))[0] == 409
    for row in every:
        assert (await asks(desk, MANAGER, f"-items/{row['id']}/take"))[0] == 409
    session = {"name": "自己", "call_id": call_id(1)}
    made = await done(desk, INSPECTOR, "-sessions", session)
    assert (await asks(desk, MANAGER, f"-sessions/{made['id']}/join"))[0] == 409
    score = await scored(desk)
    change = {"version": 1, "answers": GOOD, "why": "我觉得"}
    assert (await asks(desk, MANAGER, f"-scores/{score['id']}/correct", change))[0] == 409
    note = {"agent": NUMBERS[MANAGER], "words": "好"}
    assert (await asks(desk, MANAGER, "-notes", note))[0] == 409


async def test_an_appeal_is_decided_by_somebody_else_than_the_scorer(desk: Pages) -> None:
    await drawn(desk)
    made = await scored(desk, answers=HALF)
    path = f"-scores/{made['id']}/appeal"
    appeal = await done(desk, SENIOR, path, {"words": "线路有杂音"})
    assert (await asks(desk, SENIOR, path, {"words": "再来"}))[0] == 409
    decide = f"-appeals/{appeal['id']}/decide"
    accepted = {"outcome": "accepted", "why": "确实有杂音", "answers": GOOD}
    assert (await asks(desk, INSPECTOR, decide, accepted))[0] == 409
    assert (await asks(desk, SENIOR, decide, accepted))[0] == 403
    waiting = {"version": 1, "answers": GOOD, "why": "抢先"}
    assert (await asks(desk, MANAGER, f"-scores/{made['id']}/correct", waiting))[0] == 409
    told = await done(desk, MANAGER, decide, accepted)
    assert (told["outcome"], told["decided_by"]) == ("accepted", NUMBERS[MANAGER])
    [last] = (await got(desk, SENIOR, "-scores"))["items"]
    assert (last["version"], last["points"], last["why"]) == (2, 100.0, "确实有杂音")
    assert (await got(desk, SENIOR, f"-scores/{made['id']}"))["points"] == made["points"]
    assert (await asks(desk, MANAGER, decide, accepted))[0] == 409


async def test_an_appeal_after_its_days_is_refused(desk: Pages) -> None:
    await drawn(desk)
    made = await scored(desk)
    late = update(QualityScoreRow).values(at=datetime.now(UTC) - timedelta(days=7, minutes=1))
    await desk.write(lambda connection: connection.execute(late))
    status, told = await asks(desk, SENIOR, f"-scores/{made['id']}/appeal", {"words": "晚了"})
    assert (status, "7 days" in told["detail"]) == (409, True)


async def twice(desk: Pages) -> list[Any]:
    """Draw with everything scored twice; return the items of calls."""
    scores_twice(desk, 100.0)
    await drawn(desk)
    return [row for row in await items(desk) if row["thing"] == "call"]


async def test_the_second_score_of_the_same_is_blind_and_somebody_elses(desk: Pages) -> None:
    rows = await twice(desk)
    assert max(row["turn"] for row in rows) == 2
    first = next(row for row in rows if row["turn"] == 1)
    second = next(row for row in rows if row["twin"] == first["id"])
    await done(desk, INSPECTOR, f"-items/{first['id']}/take")
    assert (await asks(desk, INSPECTOR, f"-items/{second['id']}/take"))[0] == 409
    made = await done(desk, INSPECTOR, f"-items/{first['id']}/score", SCORE)
    assert (await asks(desk, MANAGER, f"-scores/{made['id']}", method="GET"))[0] == 404
    assert (await got(desk, MANAGER, "-scores"))["items"] == []
    assert (await got(desk, SENIOR, f"-scores/{made['id']}"))["id"] == made["id"]
    await done(desk, MANAGER, f"-items/{second['id']}/take")
    other = await done(desk, MANAGER, f"-items/{second['id']}/score", {**SCORE, "answers": HALF})
    assert not other["official"]
    assert (await got(desk, MANAGER, f"-scores/{made['id']}"))["id"] == made["id"]
    assert (await asks(desk, SENIOR, f"-scores/{other['id']}", method="GET"))[0] == 404
    told = await got(desk, INSPECTOR, "-agreement")
    assert (told["items"], told["answers"], told["agreed"]) == (1, 3, 2)
    assert told["kappa"] == pytest.approx(0.5)


async def test_a_calibration_shows_the_others_to_who_has_submitted(desk: Pages) -> None:
    session = {"name": "十二月", "call_id": call_id(1)}
    made = await done(desk, MANAGER, "-sessions", session)
    path = f"-sessions/{made['id']}"
    mine = await done(desk, INSPECTOR, f"{path}/join")
    theirs = await done(desk, MANAGER, f"{path}/join")
    assert mine["id"] != theirs["id"]
    score = await done(desk, INSPECTOR, f"-items/{mine['id']}/score", SCORE)
    assert await got(desk, MANAGER, path) == []
    assert (await asks(desk, MANAGER, f"-scores/{score['id']}", method="GET"))[0] == 404
    await done(desk, MANAGER, f"-items/{theirs['id']}/score", {**SCORE, "answers": HALF})
    assert len(await got(desk, MANAGER, path)) == 2
    assert (await got(desk, MANAGER, f"-scores/{score['id']}"))["official"] is False
    assert (await got(desk, SENIOR, "-scores"))["items"] == []


async def test_the_pages_show_the_player_the_form_and_the_result_in_both_languages(
    desk: Pages,
) -> None:
    await drawn(desk)
    item = await done(desk, INSPECTOR, "-items/next")
    for language, words in (("zh", "不推诿、不争辩"), ("en", "Does not apply")):
        async with desk.person(INSPECTOR, language=language) as person:
            page = await person.get(f"/quality/items/{item['id']}")
            assert page.status_code == 200, page.text
            assert words in page.text
            assert "data-sound" in page.text
            assert "13812345678" not in page.text
    made = await done(desk, INSPECTOR, f"-items/{item['id']}/score", SCORE)
    for role in (SENIOR, INSPECTOR, MANAGER):
        async with desk.person(role, language="en") as person:
            page = await person.get(f"/quality-results/{made['id']}")
            assert page.status_code == 200, page.text
            assert "100.0 points" in page.text
            assert ("Appeal" in page.text) is (role is SENIOR) or role is not SENIOR
