"""Campaigns in the API (CBK-3, CBK-4, SEC-1, SEC-2), on both databases."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import update

from features.campaigns.tables import CampaignContactRow
from permissions.roles import Role
from tests.integration.campaign_desk import (
    CAMPAIGNS,
    HOSTILE,
    LISTS,
    REFUSED,
    audit_entries,
    brought,
    came,
    made,
)
from tests.integration.desk_room import CALLS, call_id, ticket_number
from tests.integration.page_room import Pages, Seen, pages


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def leader(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.TEAM_LEADER) as client:
        await client.put(f"{REFUSED}/138 1234 5670", json={"why": "客户要求"})
        yield client


async def test_what_is_wrong_with_a_list_is_found_before_a_single_call(
    leader: httpx.AsyncClient,
) -> None:
    found = await brought(leader)
    assert (found["rows"], found["callable"], found["columns"]) == (7, 2, ["备注"])
    assert [(each["line"], each["why"]) for each in found["faults"]] == [
        (5, "too_short"),
        (6, "emergency"),
        (8, "no_such_ticket"),
    ]
    assert [(each["line"], each["first"]) for each in found["twice"]] == [(4, 2)]
    assert [each["line"] for each in found["do_not_call"]] == [7]
    assert (await leader.get(f"{LISTS}/{found['id']}")).json() == found
    assert (await leader.get(CAMPAIGNS)).json()["items"] == []


async def test_a_file_that_is_no_list_is_one_sentence(leader: httpx.AsyncClient) -> None:
    for content, says in ((b"", "empty"), (b"PK\x03\x04xx", "torn"), ("名\n1".encode(), "number")):
        answer = await leader.post(LISTS, content=content)
        assert answer.status_code == 422
        assert says in answer.json()["detail"]
    too_large = await leader.post(LISTS, content=b"x" * (10 * 2**20))
    assert too_large.status_code == 413


async def test_a_campaign_is_made_started_paused_stopped_and_copied(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    campaign = await made(leader, lines=3)
    assert (campaign["state"], campaign["people"], campaign["over"]) == ("draft", 2, 0)
    assert [each["name"] for each in campaign["questions"]] == [
        "solved",
        "satisfaction",
        "call_again",
    ]
    path = f"{CAMPAIGNS}/{campaign['id']}"
    for act, state in (("start", "running"), ("pause", "paused"), ("start", "running")):
        assert (await leader.post(f"{path}/{act}")).json()["state"] == state
    running = (await leader.get(path)).json()
    assert running["ends_at"] is not None
    assert (await leader.post(f"{path}/stop")).json()["state"] == "stopped"
    again = await leader.post(f"{path}/start")
    assert (again.status_code, again.json()["title"]) == (409, "Not as it was")
    await came(desk, campaign["id"])
    copy = (await leader.post(f"{path}/copy", json={"name": "再打", "unreached": True})).json()
    assert (copy["name"], copy["state"], copy["people"]) == ("再打", "draft", 1)
    assert copy["copied_from"] == campaign["id"]
    told = [row.subject for row in await audit_entries(desk, "campaign.stopped")]
    assert told == [str(campaign["id"])]
    assert (await leader.post(f"{CAMPAIGNS}/999999/start")).status_code == 404


async def test_a_campaign_is_not_done_before_its_last_second_call(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    campaign = await made(leader)
    path = f"{CAMPAIGNS}/{campaign['id']}"
    await leader.post(f"{path}/start")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    waits = update(CampaignContactRow).values(tries=1, next_at=tomorrow)
    await desk.write(lambda connection: connection.execute(waits))
    ends_at = datetime.fromisoformat((await leader.get(path)).json()["ends_at"])
    assert ends_at >= tomorrow.replace(microsecond=0)


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"opens": "20:00", "closes": "08:00"}, "end before they begin"),
        ({"zone": "Mars/Olympus"}, "IANA"),
        ({"lines": 0}, "lines"),
        ({"calls_per_second": 1e9}, "calls_per_second"),
        ({"kind": "party"}, "kind"),
        ({"questions": [{"name": "own"}]}, "needs words"),
        ({"questions": [{"name": "own", "zh": "好吗"}]}, "keys"),
        ({"questions": [{"name": "own", "zh": "好吗", "keys": "12"}]}, "called in `en`"),
        ({"questions": [{"name": "solved"}, {"name": "solved"}]}, "same name"),
        ({"kin": "visit"}, "kin"),
    ],
)
async def test_a_campaign_that_cannot_be_is_one_clear_sentence(
    leader: httpx.AsyncClient, wrong: dict[str, Any], says: str
) -> None:
    waits = await brought(leader)
    given = {"list_id": waits["id"], "name": "x", "kind": "visit", **wrong}
    answer = await leader.post(CAMPAIGNS, json=given)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await leader.get(CAMPAIGNS)).json()["items"] == []
    assert (await leader.get(f"{LISTS}/{waits['id']}")).status_code == 200


async def test_a_list_becomes_one_campaign_and_is_gone(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    waits = await brought(leader)
    given = {"list_id": waits["id"], "name": "x", "kind": "notice"}
    assert (await leader.post(CAMPAIGNS, json=given)).status_code == 201
    assert (await leader.post(CAMPAIGNS, json=given)).status_code == 404
    assert list(desk.room.settings.paths.lists.iterdir()) == []


async def test_what_came_of_it_is_told_of_each_person_masked_for_who_only_counts(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    campaign = await made(leader)
    await came(desk, campaign["id"], answers={"solved": "1", "satisfaction": "5"})
    path = f"{CAMPAIGNS}/{campaign['id']}/results"
    first, second = (await leader.get(path)).json()
    assert (first["number"], first["ticket"]) == ("13812345678", ticket_number(1))
    assert (first["result"], first["answers"]["satisfaction"]) == ("completed", "5")
    assert first["call_id"] == call_id(1)
    assert (second["state"], second["extra"]["备注"]) == ("waiting", HOSTILE)
    async with desk.person(Role.STATISTICIAN) as counting:
        masked = (await counting.get(path, params={"result": "completed"})).json()
        shown = (await counting.get(f"/campaigns/{campaign['id']}")).text
    assert [row["number"] for row in masked] == ["138******78"]
    assert "13812345678" not in shown
    assert "张三丰" not in shown


async def test_results_are_on_the_customer_and_on_the_ticket(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    campaign = await made(leader)
    await came(desk, campaign["id"], answers={"satisfaction": "5"})
    [visit] = (await leader.get(f"/api/v1/tickets/{ticket_number(1)}/visits")).json()
    assert (visit["campaign"], visit["result"]) == ("十一月回访", "completed")
    for path in ("/customers/13812345678", f"/calls/{call_id(1)}"):
        shown = Seen((await leader.get(path)).text).text
        assert "十一月回访" in shown
        assert "5 非常满意" in shown
    refusing = Seen((await leader.get("/customers/13812345670")).text).text
    assert "在勿扰名单上：客户要求" in refusing
    other = (await leader.get(f"/api/v1/tickets/{ticket_number(CALLS)}/visits")).json()
    assert other == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_results_are_taken_out_with_a_reason_and_without_formulas(
    desk: Pages, leader: httpx.AsyncClient, language: str
) -> None:
    campaign = await made(leader)
    await came(desk, campaign["id"], answers={"satisfaction": "5"})
    path = f"{CAMPAIGNS}/{campaign['id']}/export"
    assert (await leader.get(path)).status_code == 422
    assert await audit_entries(desk, "campaign.export") == []
    asked = {"why": "月报", "language": language}
    answer = await leader.get(path, params=asked)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    word = {"zh": "5 非常满意", "en": "5 very satisfied"}[language]
    assert word in rows[1]
    assert rows[1][:3] == ["2", "13812345678", "张三丰"]
    assert f"'{HOSTILE}" in rows[2]
    taken = await leader.get(path, params={**asked, "format": "xlsx"})
    assert taken.headers["content-disposition"].endswith('.xlsx"')
    sheet = load_workbook(io.BytesIO(taken.content)).worksheets[0]
    assert [[cell.value or "" for cell in row] for row in sheet.rows] == rows
    assert {cell.data_type for row in sheet.rows for cell in row if cell.value} == {"s"}
    told = await audit_entries(desk, "campaign.export")
    assert [(row.subject, row.why) for row in told] == [(str(campaign["id"]), "月报")] * 2
    async with desk.person(Role.SURVEYOR) as surveyor:
        assert (await surveyor.get(path, params=asked)).status_code == 403
