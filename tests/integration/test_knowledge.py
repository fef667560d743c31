"""The knowledge base: found in any writing, versions, days, files, proposals, what helped."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from permissions.roles import Role
from tests.integration.desk_room import call_id
from tests.integration.page_room import Pages, pages
from tests.integration.records_room import one_of_everything

LEADER, CLERK, JUNIOR = Role.TEAM_LEADER, Role.RECORDS_CLERK, Role.JUNIOR_AGENT
API = "/api/v1/knowledge"
TODAY = datetime.now(UTC).date()
DAY = timedelta(days=3)


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        await found.write(one_of_everything)
        yield found


async def _add(person: Any, **said: object) -> Any:
    answer = await person.post(API, json={"title": "题", "body": "答", **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        *(("带移", 1), ("帶移機", 1), ("身份", 1), ("ＡＢＣ", 1), ("abc", 1), ("１００%", 1)),
        *(("%", 1), ("_", 0), ("带 搬家", 1), ("没有这样", 0)),
    ],
)
async def test_answers_are_found_in_any_writing(desk: Pages, words: str, found: int) -> None:
    async with desk.room.seated(LEADER) as leader:
        await _add(leader, title="Abc 套餐", body="100% 优惠")
        items = (await leader.get(API, params={"q": words})).json()["items"]
    assert len(items) == found, [each["title"] for each in items]


async def test_days_on_which_an_answer_is_valid_are_shown_and_order_what_is_found(
    desk: Pages,
) -> None:
    async with desk.room.seated(LEADER) as leader:
        for title, days in (
            ("光纤旧价", {"valid_until": f"{TODAY - DAY}"}),
            ("光纤新价", {"valid_from": f"{TODAY + DAY}"}),
            ("光纤现价", {"valid_from": f"{TODAY - DAY}", "valid_until": f"{TODAY + DAY}"}),
        ):
            await _add(leader, title=title, **days)
        items = (await leader.get(API, params={"q": "光纤"})).json()["items"]
        assert items[0]["title"] == "光纤现价"
        wrong = {"valid_from": f"{TODAY}", "valid_until": f"{TODAY - DAY}"}
        refused = await leader.post(API, json={"title": "题", "body": "答", **wrong})
        assert refused.status_code == 422
    async with desk.person(JUNIOR) as agent:
        page = (await agent.get("/knowledge?q=光纤")).text
    assert "尚未生效" in page
    assert "已失效" in page


async def test_a_new_business_without_an_answer_is_warned_of_before_it_starts(desk: Pages) -> None:
    begins = f"{TODAY + DAY}"
    async with desk.person(LEADER) as leader:
        fresh = {"sort": "business", "name": "千兆宽带", "begins_on": begins}
        assert (await leader.post("/api/v1/ticket-classes", json=fresh)).status_code == 201
        assert "千兆宽带" in (await leader.get("/knowledge")).text
        late = f"{TODAY + 2 * DAY}"
        await _add(leader, title="太晚", business="千兆宽带", valid_from=late)
        await _add(leader, title="草稿", business="千兆宽带", published=False)
        assert "/knowledge/new?business=" in (await leader.get("/knowledge")).text
        await _add(leader, title="千兆资费", business="千兆宽带", valid_from=begins)
        assert "/knowledge/new?business=" not in (await leader.get("/knowledge")).text
    async with desk.room.seated(JUNIOR) as agent:
        number = (await agent.post(f"/api/v1/calls/{call_id(1)}/ticket")).json()
        if "number" in number:
            save = {"version": number["version"], "fields": {"business": "千兆宽带"}}
            answer = await agent.patch(f"/api/v1/tickets/{number['number']}", json=save)
            assert answer.status_code == 422, "it cannot be chosen before its day"


async def test_versions_are_kept_compared_and_put_back(desk: Pages) -> None:
    async with desk.person(LEADER) as person:
        first = (await person.get(f"{API}/1")).json()
        said = {"title": first["title"], "body": "改过的答案", "seen": first["updated_at"]}
        second = (await person.put(f"{API}/1", json=said)).json()
        assert second["version"] == 2
        history = (await person.get("/knowledge/1/history")).text
        assert "<ins>" in history
        assert "<del>" in history
        typed = {"version": "1", "seen": second["updated_at"]}
        assert (await person.post("/knowledge/1/put-back", data=typed)).status_code == 303
        third = (await person.get(f"{API}/1")).json()
        assert (third["version"], third["body"]) == (3, first["body"])
        assert len((await person.get(f"{API}/1/versions")).json()) == 3


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.exe", b"MZ", "kind"),
        ("a", b"text", "kind"),
        (".pdf", b"%PDF-", "kind"),
        ("a.pdf", b"<script>", "other"),
        ("a.txt", b"a\0b", "other"),
        ("a.xlsx", b"PK\x03\x04 xl/vbaProject.bin", "other"),
        ("a.pdf", b"%PDF-" + b"x" * (5 * 2**20), "large"),
    ],
)
async def test_files_that_are_not_what_they_say_are_refused(
    desk: Pages, name: str, content: bytes, why: str
) -> None:
    async with desk.room.seated(LEADER) as leader:
        answer = await leader.post(f"{API}/1/files", params={"name": name}, content=content)
        assert answer.status_code == 422
        assert f"({why})" in answer.json()["detail"]
        assert (await leader.get(f"{API}/1/files")).json() == []


async def test_a_file_is_only_ever_a_download_and_is_as_it_was_brought(desk: Pages) -> None:
    page = b"<script>alert(1)</script>"
    async with desk.room.seated(LEADER) as leader:
        name = '../..\\资费 "新".txt'
        kept = (await leader.post(f"{API}/1/files", params={"name": name}, content=page)).json()
        assert kept["name"] == "资费 _新_.txt"
    async with desk.room.seated(JUNIOR) as agent:
        answer = await agent.get(f"/api/v1/knowledge-files/{kept['id']}")
        assert answer.content == page
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
    stored = desk.room.settings.paths.store / "knowledge" / kept["sha256"][:2] / kept["sha256"]
    stored.write_bytes(b"something else")
    async with desk.room.seated(JUNIOR) as agent:
        answer = await agent.get(f"/api/v1/knowledge-files/{kept['id']}")
        assert answer.status_code == 404, "what was changed in the store is not given out"


async def test_a_hard_answer_is_proposed_decided_once_and_told(desk: Pages) -> None:
    async with desk.room.seated(JUNIOR) as agent:
        said = {"title": "怎样过户", "body": "双方带证件。"}
        kept = (await agent.post("/api/v1/knowledge-proposals", json=said)).json()
        accept = f"/api/v1/knowledge-proposals/{kept['id']}/accept"
        assert (await agent.post(accept, json=said)).status_code == 403
    async with desk.person(CLERK) as clerk:
        due = (await clerk.get("/api/v1/due")).json()["due"]
        assert due["/knowledge-proposals"] == 2
        assert "怎样过户" in (await clerk.get("/knowledge-proposals")).text
        assert (await clerk.post(accept, json=said)).status_code == 201
        assert (await clerk.post(accept, json=said)).status_code == 409
    async with desk.person(JUNIOR) as agent:
        assert "已收录" in (await agent.get("/knowledge-proposals")).text
        assert (await agent.get(API, params={"q": "过户"})).json()["items"]


async def test_what_helped_is_counted_once_a_call_and_comes_first(desk: Pages) -> None:
    async with desk.room.seated(JUNIOR) as agent, desk.room.seated(LEADER) as leader:
        one, other = [await _add(leader, title=f"宽带{which}") for which in range(2)]
        for call in (1, 1, 2):
            given = {"call_id": call_id(call)}
            answer = await agent.post(f"{API}/{one['id']}/helped", json=given)
        assert answer.json()["helped"] == 2
        items = (await agent.get(API, params={"q": "宽带"})).json()["items"]
        assert items[0]["id"] == one["id"]
        saved = {"title": "宽带零", "body": "答", "seen": one["updated_at"]}
        answer = await leader.put(f"{API}/{one['id']}", json=saved)
        assert answer.status_code == 200, "a count makes nobody's save late"
        assert answer.json()["helped"] == 2
        assert other["helped"] == 0


async def test_a_retired_class_cannot_be_chosen_and_stays_on_old_tickets(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        ticket = (await leader.post(f"/api/v1/calls/{call_id(1)}/ticket")).json()
        at = f"/api/v1/tickets/{ticket['number']}"
        fields: dict[str, object] = {"business": "公话"}
        kept = await leader.patch(at, json={"version": ticket["version"], "fields": fields})
        assert kept.status_code == 200, kept.text
        classes = (await leader.get("/api/v1/ticket-classes", params={"sort": "business"})).json()
        [one] = [each for each in classes if each["name"] == "公话"]
        gone = {name: one[name] for name in ("name", "english", "text", "place", "version")}
        change = f"/api/v1/ticket-classes/{one['id']}"
        assert (await leader.put(change, json=gone | {"retired": True})).status_code == 200
        fields = {"business": "公话", "body": "还是它"}
        kept = await leader.patch(at, json={"version": kept.json()["version"], "fields": fields})
        assert kept.json()["business"] == "公话"
        other = {"version": kept.json()["version"], "fields": {"business": None}}
        freed = (await leader.patch(at, json=other)).json()
        again = {"version": freed["version"], "fields": {"business": "公话"}}
        assert (await leader.patch(at, json=again)).status_code == 422
        assert len((await leader.get(f"{change}/versions")).json()) == 2
