"""Campaigns and the do-not-call list on their pages (CBK-3, SEC-1), on both databases."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from features.campaigns import news as campaign_news
from permissions.roles import Role
from tests.integration.campaign_desk import CAMPAIGNS, LIST, REFUSED, audit_entries, came, made
from tests.integration.desk_room import CSRF
from tests.integration.page_room import Pages, Seen, pages
from web import change_feed


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def leader(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.TEAM_LEADER) as client:
        await client.put(f"{REFUSED}/138 1234 5670", json={"why": "客户要求"})
        yield client


async def test_the_do_not_call_list(desk: Pages, leader: httpx.AsyncClient) -> None:
    [entry] = (await leader.get(REFUSED)).json()
    assert (entry["number"], entry["why"]) == ("13812345670", "客户要求")
    assert (await leader.put(f"{REFUSED}/12", json={"why": "x"})).status_code == 422
    async with desk.person(Role.JUNIOR_AGENT) as agent:
        form = {"csrf": CSRF, "number": "+86 138 1234 5671", "why": "<i>不要</i>"}
        assert (await agent.post("/do-not-call", data=form)).status_code == 303
        assert (await agent.post("/do-not-call", data=form)).status_code == 303  # sent twice
        twice = await agent.post("/do-not-call", data={**form, "why": "另有原因"})
        assert twice.status_code == 409
        assert "已在名单上" in twice.text
        assert "+86 138 1234 5671" in twice.text  # nothing typed is lost
        shown = (await agent.get("/do-not-call")).text
        assert "&lt;i&gt;不要&lt;/i&gt;" in shown
        assert "移出" not in shown
        wrong = await agent.post("/do-not-call", data={"csrf": CSRF, "number": "x", "why": ""})
        assert wrong.text.count('role="alert"') == 2
    off = await leader.post("/do-not-call/remove", data={"csrf": CSRF, "number": "13812345671"})
    assert off.status_code == 303
    assert (await leader.delete(f"{REFUSED}/13812345670")).status_code == 204
    assert (await leader.delete(f"{REFUSED}/13812345670")).status_code == 404
    assert (await leader.get(REFUSED)).json() == []
    assert len(await audit_entries(desk, "do_not_call.removed")) == 2


def _form(**more: str) -> dict[str, str]:
    usual = {
        "csrf": CSRF,
        "name": "回访甲",
        "kind": "visit",
        "language": "zh",
        "zone": "",
        "opens": "09:00",
        "closes": "20:00",
        "lines": "5",
        "per_minute": "30",
        "attempts": "3",
        "again_busy": "10",
        "again_no_answer": "60",
        "again_off": "120",
        "again_voicemail": "",
        "again_silent": "60",
        "ask_satisfaction": "on",
    }
    return usual | more


async def _waits(client: httpx.AsyncClient, content: bytes = LIST) -> str:
    """Bring a list on the page and return the address of its preview."""
    file = {"file": ("十一月回访.csv", content, "text/csv")}
    answer = await client.post("/campaigns/new", data={"csrf": CSRF}, files=file)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_who_talks_is_chosen_with_a_sentence_of_help(leader: httpx.AsyncClient) -> None:
    address = await _waits(leader)
    shown = Seen((await leader.get(address)).text)
    modes = [each for each in shown.all("input") if each.get("name") == "mode"]
    assert [each.get("value") for each in modes] == ["automatic", "agent"]
    assert ["checked" in each for each in modes] == [True, False]
    assert "话务员先摘机，客户的电话才响" in shown.text
    wrong = await leader.post(address, data=_form(mode="agent", preview="61"))
    assert wrong.status_code == 422
    assert "0 到 60 秒。" in wrong.text
    assert (await leader.post(address, data=_form(mode="robot"))).status_code == 422
    made_one = await leader.post(address, data=_form(mode="agent", preview="0"))
    assert made_one.status_code == 303
    campaign = (await leader.get(f"/api/v1{made_one.headers['location']}")).json()
    assert (campaign["mode"], campaign["preview_for"]) == ("agent", 0)


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh", ("人可以拨打", "位数不够", "紧急号码", "与第 2 行相同", "没有这个工单", "勿扰名单")),
        ("en", ("can be called", "Too few digits", "emergency", "as in row 2", "no such ticket")),
    ],
)
async def test_the_page_shows_a_list_with_all_its_faults(
    desk: Pages, leader: httpx.AsyncClient, language: str, says: tuple[str, ...]
) -> None:
    async with desk.person(Role.SURVEYOR, language=language) as surveyor:
        empty = (await surveyor.get("/campaigns")).text
        assert 'class="nothing"' in empty
        shown = (await surveyor.get(await _waits(surveyor))).text
    seen = Seen(shown)
    for words in says:
        assert words in seen.text
    assert "&lt;b&gt;李&lt;/b&gt;" in shown
    assert "<script>alert" not in shown
    assert "十一月回访" in [each.get("value") for each in seen.all("input")]


async def test_a_file_that_cannot_be_read_is_said_beside_the_box(
    leader: httpx.AsyncClient,
) -> None:
    for content, says in ((b"\xd0\xcf\x11\xe0xx", "旧版 Excel"), (b"", "空的")):
        file = {"file": ("x.xls", content, "application/octet-stream")}
        answer = await leader.post("/campaigns/new", data={"csrf": CSRF}, files=file)
        assert answer.status_code == 422
        assert says in Seen(answer.text).text
    answer = await leader.post("/campaigns/new", data={"csrf": CSRF})
    assert "请选择一个文件" in answer.text


async def test_what_was_typed_is_there_again_with_what_is_wrong(
    leader: httpx.AsyncClient,
) -> None:
    where = await _waits(leader)
    wrong = _form(name="", opens="21:00", lines="0", again_busy="bald", q1_zh="好不好")
    answer = await leader.post(where, data=wrong)
    assert answer.status_code == 422
    seen = Seen(answer.text)
    for words in ("请填批次名称", "结束时间要晚于", "1 到 500", "请填分钟数", "请填可以按的数字键"):
        assert words in seen.text
    values = [each.get("value") for each in seen.all("input")]
    assert {"21:00", "bald", "好不好"} <= set(values)
    english = await leader.post(where, data=_form(q1_zh="好不好", q1_keys="12"))
    assert "名单里有人要听英文" in english.text


async def test_a_campaign_is_confirmed_on_the_page_runs_and_is_shown(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    where = await _waits(leader)
    form = _form(then="start", q1_zh="好不好", q1_en="Well?", q1_keys="121", on_weekends="on")
    answer = await leader.post(where, data=form)
    assert answer.status_code == 303
    page = answer.headers["location"]
    campaign = int(page.rpartition("/")[2])
    told = (await leader.get(f"{CAMPAIGNS}/{campaign}")).json()
    assert (told["state"], told["on_weekends"], told["calls_per_second"]) == ("running", True, 0.5)
    assert [(each["name"], each["keys"]) for each in told["questions"]] == [
        ("satisfaction", "12345"),
        ("q1", "12"),
    ]
    assert told["spacing"]["busy"] == 600
    assert "voicemail" not in told["spacing"]
    assert (await leader.get(where)).status_code == 404
    await came(desk, campaign, answers={"satisfaction": "5", "q1": "2"})
    shown = (await leader.get(page)).text
    assert "进行中" in shown
    assert "<svg" in shown
    assert "5 非常满意" in shown
    assert "&lt;b&gt;李&lt;/b&gt;" in shown
    assert "<script>alert" not in shown
    for act, state in (("pause", "已暂停"), ("stop", "已停止")):
        done = await leader.post(f"{page}/{act}", data={"csrf": CSRF})
        assert done.status_code == 303
        assert state in (await leader.get(page)).text
    refused = await leader.post(f"{page}/start", data={"csrf": CSRF})
    assert refused.status_code == 409
    assert "情况已变" in refused.text
    copied = await leader.post(f"{page}/copy", data={"csrf": CSRF, "name": "再来"})
    assert "再来" in (await leader.get(copied.headers["location"])).text
    assert (await leader.post(f"{page}/copy", data={"csrf": CSRF, "name": ""})).status_code == 422
    assert "十一月" not in (await leader.get("/campaigns?cursor=nonsense")).text


async def test_open_pages_are_told_how_far_campaigns_are(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    campaign = await made(leader)
    await leader.post(f"{CAMPAIGNS}/{campaign['id']}/start")
    floor = desk.room.app.state.floor
    stream = floor.open(account_id=None, role=Role.SURVEYOR, page="campaigns-1")
    while not stream.waiting.empty():
        stream.waiting.get_nowait()
    feed = replace(campaign_news.CAMPAIGNS, every=0.05)
    page_events = asyncio.create_task(change_feed.watch(feed, desk.room.app.state.database, floor))
    first = await asyncio.wait_for(stream.waiting.get(), 10)
    expected = {"id": campaign["id"], "state": "running", "over": 0, "calling": 0}
    assert (first.event, json.loads(first.data)) == ("campaigns", {"campaigns": [expected]})
    await came(desk, campaign["id"])
    second = await asyncio.wait_for(stream.waiting.get(), 10)
    assert json.loads(second.data) == {"campaigns": [expected | {"over": 1}]}
    page_events.cancel()
