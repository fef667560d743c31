"""Batches in the API and on their pages (CBK-3, CBK-4, SEC-1, SEC-2), on both databases."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.lifecycles.batch_job import Job, JobState, Result
from callflow.rules.roles import Role
from desk import batch_watch
from tests.integration.desk_room import CALLS, CSRF, call_id, ticket_number
from tests.integration.page_room import Pages, Seen, pages
from tickets import attempts, batch_jobs
from tickets.attempts import Attempt
from tickets.batch_jobs import Wanted
from tickets.people_models import AuditRow

LISTS, BATCHES, REFUSED = "/api/v1/batch-lists", "/api/v1/batches", "/api/v1/do-not-call"
HOSTILE = '=HYPERLINK("http://evil","<script>alert(1)</script>")'
LIST = "\n".join(
    (
        "电话,姓名,语言,工单,备注",
        f"13812345678,张三丰,,{ticket_number(1)},要回电",
        f'13812345679,<b>李</b>,en,,"{HOSTILE.replace(chr(34), chr(34) * 2)}"',
        "13812345678,又是张三,,,",
        "1381234,王五,,,",
        "110,警察,,,",
        "13812345670,勿扰人,,,",
        "13812345671,赵六,,20200101-99999,",
    )
).encode()


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def leader(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.TEAM_LEADER) as client:
        await client.put(f"{REFUSED}/138 1234 5670", json={"why": "客户要求"})
        yield client


async def _brought(client: httpx.AsyncClient, content: bytes = LIST) -> dict[str, Any]:
    answer = await client.post(LISTS, content=content, params={"name": "回访.csv"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    brought = await _brought(client)
    given = {"list_id": brought["id"], "name": "十一月回访", "kind": "visit", **more}
    answer = await client.post(BATCHES, json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _came(desk: Pages, batch: int, **of_first: Any) -> None:
    """Let the first person of a batch have been called."""
    now = datetime.now(UTC)
    done = replace(
        Job(next_at=None),
        **{"state": JobState.DONE, "result": Result.COMPLETED, "tries": 1, "ended_at": now}
        | of_first,
    )

    async def change(connection: AsyncConnection) -> None:
        [first, *_] = await batch_jobs.listed(connection, Wanted(batch_id=batch))
        await batch_jobs.keep(connection, {first.id: done})
        rung = Attempt(
            id=call_id(1),
            purpose=batch_jobs.PURPOSE,
            subject_id=first.id,
            seq=1,
            who="person",
            number=first.person.number,
            channel="x",
            planned_at=now,
            rung_at=now,
            answered_at=now,
            ended_at=now,
            result="answered",
        )
        await attempts.begin(connection, [rung])

    await desk.write(change)


async def _looks(desk: Pages, action: str) -> list[Any]:
    await desk.room.app.state.archive.settled()
    query = select(AuditRow.subject, AuditRow.why, AuditRow.detail).where(AuditRow.action == action)
    found = await desk.room.app.state.archive.ask(lambda one: one.execute(query), within=5)
    return list(found.all())


async def test_what_is_wrong_with_a_list_is_found_before_a_single_call(
    leader: httpx.AsyncClient,
) -> None:
    found = await _brought(leader)
    assert (found["rows"], found["callable"], found["columns"]) == (7, 2, ["备注"])
    assert [(each["line"], each["why"]) for each in found["faults"]] == [
        (5, "too_short"),
        (6, "emergency"),
        (8, "no_such_ticket"),
    ]
    assert [(each["line"], each["first"]) for each in found["twice"]] == [(4, 2)]
    assert [each["line"] for each in found["do_not_call"]] == [7]
    assert (await leader.get(f"{LISTS}/{found['id']}")).json() == found
    assert (await leader.get(BATCHES)).json()["items"] == []


async def test_a_file_that_is_no_list_is_one_sentence(leader: httpx.AsyncClient) -> None:
    for content, says in ((b"", "empty"), (b"PK\x03\x04xx", "torn"), ("名\n1".encode(), "number")):
        answer = await leader.post(LISTS, content=content)
        assert answer.status_code == 422
        assert says in answer.json()["detail"]
    too_large = await leader.post(LISTS, content=b"x" * (10 * 2**20))
    assert too_large.status_code == 413


async def test_a_batch_is_made_started_paused_stopped_and_copied(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    made = await _made(leader, lines=3)
    assert (made["state"], made["people"], made["over"]) == ("draft", 2, 0)
    assert [each["name"] for each in made["questions"]] == ["solved", "satisfaction", "call_again"]
    path = f"{BATCHES}/{made['id']}"
    for act, state in (("start", "running"), ("pause", "paused"), ("start", "running")):
        assert (await leader.post(f"{path}/{act}")).json()["state"] == state
    running = (await leader.get(path)).json()
    assert running["ends_at"] is not None
    assert (await leader.post(f"{path}/stop")).json()["state"] == "stopped"
    again = await leader.post(f"{path}/start")
    assert (again.status_code, again.json()["title"]) == (409, "Not as it was")
    await _came(desk, made["id"])
    copy = (await leader.post(f"{path}/copy", json={"name": "再打", "unreached": True})).json()
    assert (copy["name"], copy["state"], copy["people"]) == ("再打", "draft", 1)
    assert copy["copied_from"] == made["id"]
    told = [row.subject for row in await _looks(desk, "batch.stopped")]
    assert told == [str(made["id"])]
    assert (await leader.post(f"{BATCHES}/999999/start")).status_code == 404


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
async def test_a_batch_that_cannot_be_is_one_clear_sentence(
    leader: httpx.AsyncClient, wrong: dict[str, Any], says: str
) -> None:
    brought = await _brought(leader)
    given = {"list_id": brought["id"], "name": "x", "kind": "visit", **wrong}
    answer = await leader.post(BATCHES, json=given)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await leader.get(BATCHES)).json()["items"] == []
    assert (await leader.get(f"{LISTS}/{brought['id']}")).status_code == 200


async def test_a_list_becomes_one_batch_and_is_gone(desk: Pages, leader: httpx.AsyncClient) -> None:
    brought = await _brought(leader)
    given = {"list_id": brought["id"], "name": "x", "kind": "notice"}
    assert (await leader.post(BATCHES, json=given)).status_code == 201
    assert (await leader.post(BATCHES, json=given)).status_code == 404
    assert list(desk.room.settings.paths.lists.iterdir()) == []


async def test_what_came_of_it_is_told_of_each_person_masked_for_who_only_counts(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    made = await _made(leader)
    await _came(desk, made["id"], answers={"solved": "1", "satisfaction": "5"})
    path = f"{BATCHES}/{made['id']}/results"
    first, second = (await leader.get(path)).json()
    assert (first["number"], first["ticket"]) == ("13812345678", ticket_number(1))
    assert (first["result"], first["answers"]["satisfaction"]) == ("completed", "5")
    assert first["call_id"] == call_id(1)
    assert (second["state"], second["extra"]["备注"]) == ("waiting", HOSTILE)
    async with desk.person(Role.STATISTICIAN) as counting:
        masked = (await counting.get(path, params={"result": "completed"})).json()
        shown = (await counting.get(f"/batches/{made['id']}")).text
    assert [row["number"] for row in masked] == ["138******78"]
    assert "13812345678" not in shown
    assert "张三丰" not in shown


async def test_results_are_on_the_customer_and_on_the_ticket(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    made = await _made(leader)
    await _came(desk, made["id"], answers={"satisfaction": "5"})
    [visit] = (await leader.get(f"/api/v1/tickets/{ticket_number(1)}/visits")).json()
    assert (visit["batch"], visit["result"]) == ("十一月回访", "completed")
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
    made = await _made(leader)
    await _came(desk, made["id"], answers={"satisfaction": "5"})
    path = f"{BATCHES}/{made['id']}/export"
    assert (await leader.get(path)).status_code == 422
    assert await _looks(desk, "batch.export") == []
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
    looks = await _looks(desk, "batch.export")
    assert [(row.subject, row.why) for row in looks] == [(str(made["id"]), "月报")] * 2
    async with desk.person(Role.SURVEYOR) as surveyor:
        assert (await surveyor.get(path, params=asked)).status_code == 403


async def test_the_do_not_call_list(desk: Pages, leader: httpx.AsyncClient) -> None:
    [entry] = (await leader.get(REFUSED)).json()
    assert (entry["number"], entry["why"]) == ("13812345670", "客户要求")
    assert (await leader.put(f"{REFUSED}/12", json={"why": "x"})).status_code == 422
    async with desk.person(Role.JUNIOR_AGENT) as agent:
        form = {"csrf": CSRF, "number": "+86 138 1234 5671", "why": "<i>不要</i>"}
        assert (await agent.post("/do-not-call", data=form)).status_code == 303
        twice = await agent.post("/do-not-call", data=form)
        assert twice.status_code == 422
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
    assert len(await _looks(desk, "do_not_call.removed")) == 2


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
    answer = await client.post("/batches/new", data={"csrf": CSRF}, files=file)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


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
        empty = (await surveyor.get("/batches")).text
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
        answer = await leader.post("/batches/new", data={"csrf": CSRF}, files=file)
        assert answer.status_code == 422
        assert says in Seen(answer.text).text
    answer = await leader.post("/batches/new", data={"csrf": CSRF})
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


async def test_a_batch_is_confirmed_on_the_page_runs_and_is_shown(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    where = await _waits(leader)
    form = _form(then="start", q1_zh="好不好", q1_en="Well?", q1_keys="121", on_weekends="on")
    answer = await leader.post(where, data=form)
    assert answer.status_code == 303
    page = answer.headers["location"]
    batch = int(page.rpartition("/")[2])
    told = (await leader.get(f"{BATCHES}/{batch}")).json()
    assert (told["state"], told["on_weekends"], told["calls_per_second"]) == ("running", True, 0.5)
    assert [(each["name"], each["keys"]) for each in told["questions"]] == [
        ("satisfaction", "12345"),
        ("q1", "12"),
    ]
    assert told["spacing"]["busy"] == 600
    assert "voicemail" not in told["spacing"]
    assert (await leader.get(where)).status_code == 404
    await _came(desk, batch, answers={"satisfaction": "5", "q1": "2"})
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
    assert "十一月" not in (await leader.get("/batches?cursor=nonsense")).text


async def test_open_pages_are_told_how_far_batches_are(
    desk: Pages, leader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await _made(leader)
    await leader.post(f"{BATCHES}/{made['id']}/start")
    monkeypatch.setattr(batch_watch, "LOOK_EVERY_S", 0.05)
    floor = desk.room.app.state.floor
    stream = floor.open(account_id=None, role=Role.SURVEYOR, page="batches-1")
    while not stream.waiting.empty():
        stream.waiting.get_nowait()
    watching = asyncio.create_task(batch_watch.watch(desk.room.app.state.archive, floor))
    first = await asyncio.wait_for(stream.waiting.get(), 10)
    expected = {"id": made["id"], "state": "running", "over": 0, "calling": 0}
    assert (first.event, json.loads(first.data)) == ("batches", {"batches": [expected]})
    await _came(desk, made["id"])
    second = await asyncio.wait_for(stream.waiting.get(), 10)
    assert json.loads(second.data) == {"batches": [expected | {"over": 1}]}
    watching.cancel()
