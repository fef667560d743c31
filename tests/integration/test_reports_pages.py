"""Pages, files and API of reports: who sees what, and that figures lead to their rows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from pypdf import PdfReader

from db.engine import engine
from features.reports.worker import ReportWorker
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, fill
from tests.integration.page_room import Pages, Seen, pages
from tests.integration.talks import talked

STATISTICIAN, LEADER, SENIOR = Role.STATISTICIAN, Role.TEAM_LEADER, Role.SENIOR_AGENT
API = "/api/v1"
DECEMBER = datetime(2026, 12, 22, 4, tzinfo=UTC)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        await talked(found.room, SENIOR, 1, 2, 3)
        await made(found)
        yield found


async def made(desk: Pages) -> None:
    """Count every day and make every report that is due before Christmas."""
    database = engine(desk.room.settings.database)
    worker = ReportWorker(database, desk.room.settings)
    worker._rollup.rests_s = 0.0
    while await worker.turn(DECEMBER) == 0.0:
        pass
    await database.dispose()


async def asks(desk: Pages, path: str, role: Role = STATISTICIAN, status: int = 200) -> Any:
    async with desk.room.seated(role) as person:
        answer = await person.get(path)
    assert answer.status_code == status, answer.text[:300]
    return answer


async def seen(desk: Pages, path: str, role: Role = STATISTICIAN, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return Seen(answer.text)


async def a_report(desk: Pages, sort: str = "traffic") -> dict[str, Any]:
    items = (await asks(desk, f"{API}/reports?sort={sort}")).json()["items"]
    for each in items:
        told: dict[str, Any] = (await asks(desk, f"{API}/reports/{each['id']}")).json()
        if sort != "traffic" or told["figures"]["calls_in"]["count"]:
            return told
    raise AssertionError("there is no report with calls")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_report_is_listed_and_shown_with_its_charts(desk: Pages, language: str) -> None:
    listed = await seen(desk, "/reports", language=language)
    one = await a_report(desk)
    assert f"/reports/{one['id']}" in [each.get("href") for each in listed.all("a")]
    page = await seen(desk, f"/reports/{one['id']}", language=language)
    assert len(page.all("svg")) >= 2
    assert one["hash"][:16] in page.text


async def test_a_figure_leads_to_the_calls_that_it_counts(desk: Pages) -> None:
    one = await a_report(desk)
    page = await seen(desk, f"/reports/{one['id']}")
    links = [str(each["href"]) for each in page.all("a") if "outcome=" in str(each.get("href"))]
    assert links
    outcomes = {row["outcome"]: row["count"] for row in one["figures"]["outcomes"]}
    for link in links:
        outcome = link.partition("outcome=")[2].partition("&")[0]
        calls = await seen(desk, link)
        rows = [each for each in calls.all("a") if str(each.get("href", "")).startswith("/calls/")]
        assert len({each["href"] for each in rows}) == min(outcomes[outcome], 50)


async def test_the_tickets_behind_a_figure_are_listed(desk: Pages) -> None:
    one = await a_report(desk)
    days = f"from={one['from_day']}&to={one['to_day']}"
    page = await seen(desk, f"/reports/tickets?{days}")
    count = sum(row["count"] for row in one["figures"]["tickets"])
    links = {str(each["href"]) for each in page.all("a") if "/tickets/" in str(each.get("href"))}
    assert len(links) == min(count, 50)


async def test_the_pdf_and_the_xlsx_say_what_the_page_says(desk: Pages) -> None:
    one = await a_report(desk)
    count = f"{one['figures']['calls_in']['count']}"
    printed = await asks(desk, f"{API}/reports/{one['id']}/report.pdf?language=en")
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(printed.content)).pages)
    assert f"Incoming calls {count}" in " ".join(words.split())
    assert one["hash"] in words
    sheet = await asks(desk, f"{API}/reports/{one['id']}/report.xlsx?language=en")
    book = load_workbook(BytesIO(sheet.content))
    rows = list(book.worksheets[0].values)
    assert next(row[1] for row in rows if row[0] == "Incoming calls") == count
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


async def test_a_correction_names_the_old_report_and_leaves_it(desk: Pages) -> None:
    one = await a_report(desk)
    address = f"/reports/{one['id']}"
    async with desk.person(STATISTICIAN) as person:
        same = await person.post(f"{address}/corrections", data={"csrf": CSRF, "why": "试一试"})
        empty = await person.post(f"{address}/corrections", data={"csrf": CSRF, "why": " "})
    assert (same.status_code, empty.status_code) == (409, 422)
    assert "没有变化" in same.text
    assert "试一试" in same.text
    await talked(desk.room, SENIOR, 4)

    async def late(connection: Any) -> None:
        await connection.exec_driver_sql("UPDATE calls SET talk_s = coalesce(talk_s, 0) + 7")
        await connection.exec_driver_sql(
            "INSERT INTO report_marks (at) SELECT ring_started FROM calls"
        )

    await desk.write(late)
    async with desk.person(STATISTICIAN) as person:
        busy = await person.post(f"{address}/corrections", data={"csrf": CSRF, "why": "迟到"})
    assert busy.status_code == 409
    assert "正在统计" in busy.text
    await made(desk)
    async with desk.person(STATISTICIAN) as person:
        done = await person.post(f"{address}/corrections", data={"csrf": CSRF, "why": "迟到"})
    assert done.status_code == 303
    new = (await asks(desk, f"{API}{done.headers['location']}")).json()
    assert new["corrects"] == one["id"]
    assert (new["number"], new["why"], new["made_by"]) == (1, "迟到", NUMBERS[STATISTICIAN])
    assert (await asks(desk, f"{API}/reports/{one['id']}")).json() == one
    assert "已被更正" in (await seen(desk, address)).text


async def test_an_agent_sees_the_own_day_and_nobody_elses(desk: Pages) -> None:
    everybody = (await asks(desk, f"{API}/agent-days?day={await day(desk)}")).json()["agents"]
    assert NUMBERS[SENIOR] in [each["agent"] for each in everybody]
    assert len(everybody) > 1 or everybody[0]["calls"] == 3
    own = (await asks(desk, f"{API}/agent-days?day={await day(desk)}", SENIOR)).json()["agents"]
    assert [(each["agent"], each["calls"]) for each in own] == [(NUMBERS[SENIOR], 3)]
    junior = await asks(desk, f"{API}/agent-days?day={await day(desk)}", Role.JUNIOR_AGENT)
    assert NUMBERS[SENIOR] not in [each["agent"] for each in junior.json()["agents"]]
    page = await seen(desk, f"/agent-days?day={await day(desk)}", SENIOR)
    assert NUMBERS[SENIOR] in page.text


async def day(desk: Pages) -> str:
    traffic = (await asks(desk, f"{API}/traffic?from_day=2026-11-01&to_day=2026-11-30")).json()
    busy: str = max(traffic["days"], key=lambda each: each["talk_ms"] + each["count"])["day"]
    return busy


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_traffic_and_staffing_are_shown(desk: Pages, language: str) -> None:
    busy = await day(desk)
    page = await seen(desk, f"/traffic?from={busy}&to={busy}", language=language)
    assert page.all("svg")
    await seen(desk, f"/staffing?day={busy}", language=language)
    told = (await asks(desk, f"{API}/staffing?day={busy}")).json()
    assert len(told["half_hours"]) == 48
    assert not told["forecast"]


async def test_a_wrong_day_is_told_in_a_sentence(desk: Pages) -> None:
    async with desk.person(STATISTICIAN) as person:
        wrong = await person.get("/traffic?from=soon")
        order = await person.get("/traffic?from=2026-11-21&to=2026-11-20")
        far = await person.get("/staffing?day=2090-01-01")
    assert [each.status_code for each in (wrong, order, far)] == [422, 422, 422]
    assert "soon" in wrong.text


@pytest.mark.parametrize("role", [LEADER, SENIOR, Role.INSPECTOR, Role.DEPARTMENT])
async def test_reports_are_not_for_other_roles(desk: Pages, role: Role) -> None:
    for path in ("/reports", "/reports/1", "/reports/1/report.pdf", "/traffic", "/staffing"):
        await asks(desk, f"{API}{path}", role, status=403)
