"""Lists in the API and on the pages: each refusal with its row and cell, in Chinese and English.

And whom two of them would call, and who asked not to be called (CBK-3, CBK-5, WAK-1).
"""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.ext.asyncio import AsyncConnection

from features.campaigns import contacts as campaign_contacts
from features.campaigns import plan as campaign_plan
from features.campaigns.contacts import ContactFilter
from permissions.roles import Role
from tests.fakes.brought_lists import GIVEN
from tests.fakes.brought_workbooks import book
from tests.integration.campaign_desk import CAMPAIGNS, LISTS, REFUSED, brought
from tests.integration.desk_room import CSRF
from tests.integration.notification_desk import API, reports
from tests.integration.page_room import Pages, pages

WORKBOOK = "xlsx-hidden-row-and-column"
IMPORT = "/api/v1/wake-registrations/import"
DAY = (datetime.now(UTC) + timedelta(days=2)).date()


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def leader(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.TEAM_LEADER) as client:
        yield client


async def _made(leader: httpx.AsyncClient, name: str, content: bytes) -> dict[str, Any]:
    waits = await brought(leader, content)
    given = {"list_id": waits["id"], "name": name, "kind": "notice"}
    answer = await leader.post(CAMPAIGNS, json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_refusal_has_its_row_its_cell_and_its_sentence(leader: httpx.AsyncClient) -> None:
    found = await brought(leader, GIVEN["letters-in-numbers"][0]())
    fault = found["faults"][0]
    assert (fault["line"], fault["cell"], fault["why"]) == (2, "A2", "letters")
    assert "字母" in fault["said"]["zh"]
    assert "letters" in fault["said"]["en"]
    page = (await leader.get(f"/campaigns/lists/{found['id']}")).text
    assert "<td>A2</td>" in page
    assert "字母" in page


async def test_what_nobody_sees_is_said_and_not_called(leader: httpx.AsyncClient) -> None:
    found = await brought(leader, GIVEN[WORKBOOK][0]())
    assert (found["rows"], found["callable"], found["hidden"]) == (3, 2, 1)
    said = {each["what"]: each["said"] for each in found["remarks"]}
    assert said["hidden_rows"] == {
        "zh": "有 1 行被隐藏（第 3 行），不会拨打。",
        "en": "Hidden rows, which are not called: 1 (3).",
    }
    page = (await leader.get(f"/campaigns/lists/{found['id']}")).text
    assert "有 1 行被隐藏（第 3 行）" in page
    assert "李静怡" not in page


async def test_what_is_no_list_is_said_by_what_it_is(leader: httpx.AsyncClient) -> None:
    answer = await leader.post(LISTS, content=GIVEN["xls-html-table"][0]())
    assert answer.status_code == 422
    read = answer.json()["read"]
    assert (read["why"], read["kind"]) == ("not_a_list", "web_page")
    assert "网页" in read["said"]["zh"]
    assert "web page" in answer.json()["detail"]


async def test_who_is_in_two_lists_or_two_campaigns_is_named(leader: httpx.AsyncClient) -> None:
    first = await _made(leader, "停电通知", "电话\n13812345678\n13812345679\n".encode())
    other = await brought(leader, "电话\n+86 138-1234-5678\n".encode())
    found = await brought(leader, "电话,姓名\n１３８１２３４５６７８,张\n13812345670,李\n".encode())
    assert found["elsewhere_count"] == 1
    [twice] = found["elsewhere"]
    assert (twice["line"], twice["campaign_id"], twice["campaign"]) == (2, first["id"], "停电通知")
    assert found["other_lists"] == {other["name"]: 1}
    page = (await leader.get(f"/campaigns/lists/{found['id']}")).text
    assert "停电通知" in page
    assert "另一份等待确认的名单" in page
    given = {"list_id": found["id"], "name": "回访", "kind": "notice"}
    second = (await leader.post(CAMPAIGNS, json=given)).json()
    assert second["overlaps"] == [], "the first does not run yet"
    await leader.post(f"{CAMPAIGNS}/{first['id']}/start")
    seen = (await leader.post(f"{CAMPAIGNS}/{second['id']}/start")).json()
    assert seen["overlaps"] == [{"campaign_id": first["id"], "name": "停电通知", "count": 1}]
    assert "另一批" in (await leader.get(f"/campaigns/{second['id']}")).text
    await leader.post(f"{CAMPAIGNS}/{first['id']}/stop")
    ended = (await leader.get(f"{CAMPAIGNS}/{second['id']}")).json()
    assert ended["overlaps"] == []


@pytest.mark.parametrize(
    "spelled",
    [
        *("13812345678", "+86 138 1234 5678", "0086-138-1234-5678", "013812345678"),
        *("１３８１２３４５６７８", "一三八一二三四五六七八", "138.1234.5678"),
    ],
)
async def test_who_is_not_to_be_called_is_not_in_whatever_spelling(
    desk: Pages, leader: httpx.AsyncClient, spelled: str
) -> None:
    campaign = await _made(leader, "回访", "电话\n13812345678\n13812345679\n".encode())
    path = f"{REFUSED}/{spelled}"
    assert (await leader.put(path, json={"why": "客户要求"})).status_code < 300
    found = await brought(leader, f"电话\n{spelled}\n".encode())
    assert (found["callable"], [each["line"] for each in found["do_not_call"]]) == (0, [2])

    seen: list[tuple[list[bool], int]] = []

    async def barred(connection: AsyncConnection) -> None:
        now = datetime.now(UTC) + timedelta(minutes=1)
        due = await campaign_contacts.claim(connection, campaign["id"], until=now, limit=9)
        wanted = ContactFilter(campaign_id=campaign["id"])
        rows = await campaign_contacts.listed(connection, wanted)
        gone = await campaign_contacts.not_to_call(connection, [row.id for row in rows])
        seen.append((sorted(one.unwilling for one in due), len(gone)))

    await desk.write(barred)
    assert seen == [([False, True], 1)], "from the next call that is begun on"
    assert (await leader.delete(path)).status_code < 300


async def test_next_years_exchanged_days_are_said_while_nobody_knows_them(
    leader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await _made(leader, "回访", "电话\n13812345678\n".encode())
    monkeypatch.setattr(campaign_plan, "unknown_soon", lambda *_: 2031)
    campaign_plan._unknown_year.cache_clear()
    seen = (await leader.get(f"{CAMPAIGNS}/{campaign['id']}")).json()
    assert seen["unknown_year"] == 2031
    assert "2031 年的调休" in (await leader.get(f"/campaigns/{campaign['id']}")).text
    campaign_plan._unknown_year.cache_clear()


def _households(_: Workbook, sheet: Worksheet) -> None:
    for row in (
        ("户主", "地址", "电话"),
        ("王小明", "1栋", 8001),
        ("李静怡", "2栋", "8002"),
    ):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True


async def test_households_come_in_a_workbook_and_what_is_hidden_is_seen_first(
    leader: httpx.AsyncClient,
) -> None:
    key = await reports(leader)
    content = book(_households)()
    seen = await leader.post(
        f"/emergency-notifications/{key}/list",
        data={"csrf": CSRF},
        files={"file": ("list.xlsx", content)},
    )
    assert seen.status_code == 200
    assert "有 1 行被隐藏（第 3 行）" in seen.text
    assert (await leader.get(f"{API}/{key}/households")).json() == []
    given = {"file": base64.b64encode(content).decode()}
    chosen = (await leader.post(f"{API}/{key}/list", json=given)).json()
    assert (chosen["added"], [each["what"] for each in chosen["remarks"]]) == (1, ["hidden_rows"])
    wrong = (
        await leader.post(f"{API}/{key}/list", json={"text": "李梅,老街,1-310-555-0142"})
    ).json()
    [bad] = wrong["read"]["bad"]
    assert (bad["cell"], bad["why"]) == ("C1", "foreign")
    assert "+1 310 555 0142" in bad["said"]["en"]
    page = base64.b64encode(GIVEN["xls-html-table"][0]()).decode()
    refused = await leader.post(f"{API}/{key}/list", json={"file": page})
    assert (refused.status_code, "web page" in refused.text) == (422, True)


def _wake_ups(_: Workbook, sheet: Worksheet) -> None:
    for row in (
        ("叫早登记",),
        ("房号", "时间", "日期"),
        (8001, 0.25, f"{DAY}"),
        (8002, "7.3", DAY),
    ):
        sheet.append(row)


async def test_wake_ups_come_in_a_workbook(desk: Pages) -> None:
    content = book(_wake_ups)()
    async with desk.person(Role.SWITCHBOARD) as clerk:
        found = (await clerk.post(IMPORT, content=content, params={"keep": "nothing"})).json()
        right, wrong = found["rows"]
        assert (right["room"], right["wall"], right["row"]) == ("8001", "06:00", 3)
        [refusal] = wrong["refusals"]
        assert (refusal["why"], refusal["cell"]) == ("wall", "B4")
        assert "两种意思" in refusal["said"]["zh"]
        seen = await clerk.post(
            "/wake-ups/import", data={"csrf": CSRF}, files={"file": ("a.xlsx", content)}
        )
        assert "B4 时间不对" in seen.text
        text = seen.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
        form = {"csrf": (None, CSRF), "text": (None, text.lstrip("\n"))}
        kept = await clerk.post("/wake-ups/import/keep", files=form)
        assert kept.headers["location"] == "/wake-ups?imported=1"


def test_a_year_is_unknown_until_its_exchanged_days_are_announced() -> None:
    from calendars import unknown_exchange, unknown_soon  # noqa: PLC0415

    assert unknown_exchange("CN", "", 2026) is False
    assert unknown_exchange("CN", "", 2098) is False, "nothing is exchanged in the years before"
    later = next(year for year in range(2027, 2035) if unknown_exchange("CN", "", year))
    assert unknown_soon("CN", "", date(later - 1, 12, 1)) == later
    assert unknown_soon("CN", "", date(later - 1, 6, 1)) is None
    assert unknown_soon("CN", f"-{later}-02-06", date(later, 1, 1)) is None
    assert unknown_exchange("US", "", later) is False, "it exchanges none"
