"""The monthly report of the inspection says what a count of the rows says (QA-4)."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.accounts.tables import AccountRow
from features.call_judgements.tables import CallJudgementRow
from features.quality_forms.rules import Answer
from features.quality_scores.rules import agreement, paired
from features.quality_scores.tables import QualityScoreRow
from features.reports import inspection
from features.reports.rules import Period, PeriodKind, is_due, period_due
from features.reports.worker import ReportWorker
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, call_id
from tests.integration.page_room import Pages, Seen
from tests.integration.quality_room import (
    GOOD,
    INSPECTOR,
    JUNIOR,
    MANAGER,
    SENIOR,
    done,
    drawn,
    got,
    inspected,
    items,
    scored,
)

HALF = {"1": "partly", "2": "na", "3": "full"}
FATAL = {"1": "full", "2": "none", "3": "none"}
STATISTICIAN = Role.STATISTICIAN


def month() -> Period:
    """Return the month of reports in which it is today."""
    day = datetime.now(UTC).date() + timedelta(days=2)
    while not is_due(PeriodKind.MONTH, day):
        day += timedelta(days=1)
    return period_due(PeriodKind.MONTH, day)


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    """A desk on which four of five calls of two agents are scored twice, each in another way."""
    async with inspected(filled, SENIOR, JUNIOR) as found:
        await found.write(_in_teams)
        shares = {"quality_share": 100.0, "quality_double_share": 100.0}
        found.room.app.state.settings = found.room.settings.model_copy(update=shares)
        await drawn(found)
        for mine, others in ((GOOD, GOOD), (HALF, GOOD), (FATAL, HALF), (GOOD, FATAL)):
            await scored(found, INSPECTOR, mine)
            await scored(found, MANAGER, others)
        yield found


async def _in_teams(connection: AsyncConnection) -> None:
    mine = AccountRow.number == NUMBERS[SENIOR]
    await connection.execute(update(AccountRow).where(mine).values(team="一班"))


async def gathered(desk: Pages, period: Period | None = None) -> Any:
    await desk.room.app.state.database.settled()

    async def ask(connection: AsyncConnection) -> Any:
        return await inspection.gathered(connection, period or month(), desk.room.settings.zone)

    return json.loads(json.dumps(await desk.room.app.state.database.ask(ask, within=30)))


async def all_scores(desk: Pages) -> list[Any]:
    """Return every row of a score, in all versions."""
    found: list[Any] = []

    async def look(connection: AsyncConnection) -> None:
        query = select(QualityScoreRow.__table__).order_by(QualityScoreRow.id)
        found.extend((await connection.execute(query)).mappings())

    await desk.room.app.state.database.ask(look, within=30)
    return found


async def test_what_is_inspected_is_counted_against_what_was_drawn(desk: Pages) -> None:
    told = await gathered(desk)
    rows = [row for row in await items(desk) if row["turn"] == 1]
    by_agent = Counter((row["agent"], row["thing"] == "live", row["state"]) for row in rows)
    assert told["whole"]["listed"] == len(rows) > 3
    assert 0 < told["whole"]["inspected"] == sum(row["state"] == "submitted" for row in rows)
    for one in told["agents"]:
        of = {state: by_agent[one["agent"], False, state] for state in ("open", "submitted")}
        assert one["listed"] == sum(of.values())
        assert one["inspected"] == of["submitted"]
        assert one["live"] == by_agent[one["agent"], True, "open"]
    [draw] = (await got(desk, MANAGER, "-draws"))["items"]
    kinds = {(row["thing"], row["business"]): row for row in told["kinds"]}
    for kind in draw["kinds"]:
        row = kinds[kind["thing"], kind["business"]]
        assert (row["of"], row["quota"]) == (kind["of"], kind["drawn"])


async def test_scores_are_added_up_by_agent_team_section_and_question(desk: Pages) -> None:
    told = await gathered(desk)
    official = [row for row in await all_scores(desk) if row["official"]]
    assert told["whole"]["scores"] == len(official) == 4
    assert told["whole"]["tenths"] == sum(row["tenths"] for row in official)
    teams = {row["team"]: row["scores"] for row in told["teams"]}
    assert teams["一班"] == sum(row["agent"] == NUMBERS[SENIOR] for row in official)
    assert sum(teams.values()) == len(official)
    [question] = told["fatal"]
    fatal = sum(row["answers"]["3"] == "none" for row in official)
    assert (question["words"], question["missed"]) == ("不推诿、不争辩", fatal)
    assert told["whole"]["fatal"] == fatal > 0
    sections = {row["section"]: row for row in told["sections"]}
    greeted = sum({"full": 2, "partly": 1, "none": 0}[row["answers"]["1"]] for row in official)
    numbers = sum(row["answers"]["2"] != "na" for row in official)
    assert sections["开头"]["got"] == 40 * greeted
    assert sections["开头"]["of"] == 2 * (40 * len(official) + 10 * numbers)
    asked = {row["words"]: row["asked"] for row in told["missed"]}
    assert asked["报工号"] == numbers


async def test_two_inspectors_agree_as_their_scores_say(desk: Pages) -> None:
    told = (await gathered(desk))["agreement"]
    scores = {row["item_id"]: row for row in await all_scores(desk)}
    pairs = [
        (scores[row["id"]], scores[row["twin"]])
        for row in await items(desk, turn=1)
        if {row["id"], row["twin"]} <= set(scores)
    ]
    assert told["items"] == len(pairs) == 4
    said = [
        pair
        for one, other in pairs
        for pair in paired(
            {int(key): Answer(each) for key, each in one["answers"].items()},
            {int(key): Answer(each) for key, each in other["answers"].items()},
        )
    ]
    assert sum(count for _, _, count in told["pairs"]) == agreement(said).answers


async def test_a_granted_appeal_changes_the_score_that_is_counted(desk: Pages) -> None:
    before = (await gathered(desk))["whole"]
    low = next(row for row in await all_scores(desk) if row["official"] and row["fatal"])
    agent = SENIOR if low["agent"] == NUMBERS[SENIOR] else JUNIOR
    appeal = await done(desk, agent, f"-scores/{low['id']}/appeal", {"words": "不公平"})
    assert (await gathered(desk))["whole"]["appeals"] == 1
    decision = {"outcome": "accepted", "why": "听过了", "answers": GOOD}
    decider = MANAGER if low["scorer"] != NUMBERS[MANAGER] else INSPECTOR
    await done(desk, decider, f"-appeals/{appeal['id']}/decide", decision)
    now = (await gathered(desk))["whole"]
    assert now["scores"] == before["scores"], "the corrected version counts in place of the first"
    assert now["tenths"] == before["tenths"] + 1000
    assert (now["fatal"], now["accepted"]) == (before["fatal"] - 1, 1)


async def test_what_is_of_another_month_is_not_counted(desk: Pages) -> None:
    after = period_due(PeriodKind.MONTH, _a_month_after(month().due))
    told = await gathered(desk, after)
    assert not any(told["whole"].values())
    assert not told["agents"]
    assert told["before"] == (await gathered(desk))["whole"]


def _a_month_after(day: date) -> date:
    return (day + timedelta(days=32)).replace(day=day.day)


def judgement(which: int, agent: str, measure: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    row: dict[str, Any] = {"call_id": call_id(which), "measure": measure, "agent": agent}
    row |= {
        "outcome": "broken",
        "value": 1.0,
        "second": 2.0,
        "why": "",
        "rules": 1,
        "ring_started": now,
    }
    return {**row, "judged_at": now, "superseded_at": None, **more}


async def test_clauses_are_counted_as_they_are_judged_now(desk: Pages) -> None:
    now = datetime.now(UTC)
    rows = [
        judgement(1, NUMBERS[SENIOR], "QA-3.rate"),
        judgement(2, NUMBERS[SENIOR], "QA-3.rate", outcome="kept"),
        judgement(3, NUMBERS[SENIOR], "QA-3.rate", outcome="none"),
        judgement(4, NUMBERS[SENIOR], "QA-3.rate", superseded_at=now),
        judgement(5, NUMBERS[SENIOR], "QA-3.rate", ring_started=now - timedelta(days=70)),
        judgement(1, NUMBERS[JUNIOR], "SIL-6"),
        judgement(1, "", "ANS-1"),
    ]
    await desk.write(lambda one: one.execute(insert(CallJudgementRow), rows))
    told = await gathered(desk)
    assert {row["measure"]: (row["kept"], row["broken"]) for row in told["clauses"]} == {
        "QA-3.rate": (1, 1),
        "SIL-6": (0, 1),
        "ANS-1": (0, 1),
    }
    assert [(row["agent"], row["measure"], row["broken"]) for row in told["clause_agents"]] == (
        sorted([(NUMBERS[SENIOR], "QA-3.rate", 1), (NUMBERS[JUNIOR], "SIL-6", 1)])
    )


async def made(desk: Pages) -> None:
    """Make every report that is due on the day on which this month's is."""
    await desk.room.app.state.database.settled()
    zone = desk.room.settings.zone
    now = datetime.combine(month().due, time(1), zone)
    for at in (now - timedelta(seconds=1), now):
        database = engine(desk.room.settings.database)
        worker = ReportWorker(database, desk.room.settings)
        worker._rollup.rests_s = 0.0
        while await worker.turn(at) == 0.0:
            pass
        await database.dispose()
        if at != now:
            assert not await reports(desk)


async def reports(desk: Pages) -> list[Any]:
    """Return the report of this month's inspection, and its corrections."""
    async with desk.room.seated(STATISTICIAN) as person:
        listed = (await person.get("/api/v1/reports?sort=quality&period=month")).json()["items"]
    return [each for each in listed if each["from_day"] == f"{month().first}"]


async def test_it_is_made_on_the_21st_as_page_pdf_and_xlsx(desk: Pages) -> None:
    await desk.write(
        lambda one: one.execute(
            insert(CallJudgementRow), [judgement(1, NUMBERS[SENIOR], "QA-3.rate")]
        )
    )
    await made(desk)
    [one] = await reports(desk)
    address = f"/reports/{one['id']}"
    async with desk.person(STATISTICIAN) as person:
        page = Seen((await person.get(address)).text)
        broken = str(next(a["href"] for a in page.all("a") if "outcome=broken" in f"{a['href']}"))
        followed = await person.get(broken)
    assert followed.status_code == 200
    assert NUMBERS[SENIOR] in followed.text
    for words in ("不推诿、不争辩", "服务态度", "一班", "Cohen κ", "QA-3 语速", NUMBERS[JUNIOR]):
        assert words in page.text, words
    async with desk.room.seated(STATISTICIAN) as person:
        printed = (await person.get(f"/api/v1{address}/report.pdf?language=zh")).content
        sheet = (await person.get(f"/api/v1{address}/report.xlsx?language=en")).content
    words = "".join(each.extract_text() for each in PdfReader(BytesIO(printed)).pages)
    for said in ("质检完成情况", "不推诿、不争辩", "一班"):
        assert said in words.replace("\n", "")
    cells = {cell for row in load_workbook(BytesIO(sheet)).worksheets[0].values for cell in row}
    assert {"Fatal questions that were not kept", "服务态度", "QA-3 rate of speech"} <= cells


async def test_a_pdf_carries_its_font(desk: Pages) -> None:
    await made(desk)
    [one] = await reports(desk)
    async with desk.room.seated(STATISTICIAN) as person:
        printed = (await person.get(f"/api/v1/reports/{one['id']}/report.pdf?language=zh")).content
    fonts = [
        font.get_object()
        for page in PdfReader(BytesIO(printed)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    used = [font for font in fonts if "WenQuanYi" in str(font["/BaseFont"])]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)
    assert len(printed) < 300_000, "only the characters that stand there"
