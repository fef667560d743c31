"""Views of the ticket list: kept under a name, shared, put in order, deleted and put back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from features.accounts.tables import AccountRow
from features.ticket_views.tables import TicketViewRow
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, CSRF, NUMBERS, fill, ticket_number
from tests.integration.page_room import Pages, Seen, pages

LEADER, SENIOR, JUNIOR = Role.TEAM_LEADER, Role.SENIOR_AGENT, Role.JUNIOR_AGENT
THEM, INSPECTOR = Role.DEPARTMENT, Role.INSPECTOR
API = "/api/v1/ticket-views"
URGENT = {"name": "加急", "filters": {"which": "urgent"}, "columns": ["kind", "opened"]}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        them = update(AccountRow).where(AccountRow.role == THEM.value).values(department="线路班")
        await found.write(lambda connection: connection.execute(them))
        yield found


async def asks(
    desk: Pages, method: str, path: str, role: Role = LEADER, status: int = 200, **json: Any
) -> Any:
    async with desk.room.seated(role) as person:
        answer = await person.request(method, f"{API}{path}", json=json or None)
    assert answer.status_code == status, answer.text
    return answer.json()


async def keeps(desk: Pages, role: Role = LEADER, **said: Any) -> int:
    kept = await asks(desk, "POST", "", role, 201, **{**URGENT, **said})
    return int(kept["id"])


async def names(desk: Pages, role: Role) -> list[str]:
    return [each["name"] for each in await asks(desk, "GET", "", role)]


async def seen(desk: Pages, path: str, role: Role = LEADER, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return Seen(answer.text)


def heads(page: Seen) -> list[str | None]:
    """Return the columns of the list's first row."""
    cells = [one["data-label"] for one in page.all("td") if "data-label" in one]
    return cells[: cells[1:].index(cells[0]) + 1 if cells[0] in cells[1:] else None]


async def sends(desk: Pages, path: str, role: Role = LEADER, **typed: str) -> Any:
    async with desk.person(role) as person:
        return await person.post(path, data={"csrf": CSRF, **typed})


async def urgent(desk: Pages, which: int) -> None:
    path = f"/tickets/{ticket_number(which)}/verbs/urgent"
    assert (await sends(desk, path, SENIOR, version="1")).status_code == 303


async def test_a_view_shows_its_filters_and_its_columns(desk: Pages) -> None:
    await urgent(desk, 2)
    view = await keeps(desk)
    page = await seen(desk, f"/tickets?view={view}")
    assert ticket_number(2) in page.text
    assert ticket_number(1) not in page.text
    assert heads(page) == ["工单号", "类型", "登记时间"]
    current = [one for one in page.all("a") if one.get("aria-current") == "page"]
    assert f"/tickets?view={view}" in [one["href"] for one in current]
    other = await seen(desk, "/tickets?which=open")
    assert ticket_number(1) in other.text
    assert "派往部门" in other.text


async def test_the_list_is_kept_from_its_head_and_saved_into_the_view(desk: Pages) -> None:
    page = await seen(desk, "/tickets?which=urgent&kind=fault&column=kind&column=handler")
    query = next(str(one["value"]) for one in page.all("input") if one.get("name") == "query")
    answer = await sends(desk, "/ticket-views", name="加急故障", shared="nobody", query=query)
    assert answer.headers["location"] == "/tickets?view=1"
    [kept] = await asks(desk, "GET", "")
    assert kept["filters"] == {"which": "urgent", "kind": "fault"}
    assert kept["columns"] == ["number", "kind", "handler"]
    same = await seen(desk, "/tickets?view=1")
    assert "（已改）" not in same.text
    changed = await seen(desk, "/tickets?view=1&which=mine&column=body")
    assert "（已改）" in changed.text
    assert "存入“加急故障”" in changed.text
    query = next(str(one["value"]) for one in changed.all("input") if one.get("name") == "query")
    answer = await sends(desk, "/ticket-views/1", version="1", query=query)
    assert answer.headers["location"] == "/tickets?view=1"
    [kept] = await asks(desk, "GET", "")
    assert kept["filters"] == {"which": "mine"}
    assert kept["name"] == "加急故障"


async def test_the_list_begins_with_ones_own_default(desk: Pages) -> None:
    await urgent(desk, 2)
    view = await keeps(desk, first=True)
    assert ticket_number(1) not in (await seen(desk, "/tickets")).text
    assert ticket_number(1) in (await seen(desk, "/tickets", SENIOR)).text
    assert ticket_number(1) in (await seen(desk, "/tickets?which=open")).text
    await asks(desk, "DELETE", f"/{view}")
    assert ticket_number(1) in (await seen(desk, "/tickets")).text


async def test_each_sees_own_views_and_those_shared_with_role_department_or_all(
    desk: Pages,
) -> None:  # permission by verb
    await keeps(desk, name="自己的")
    await keeps(desk, name="大家的", shared="everybody")
    await keeps(desk, SENIOR, name="高级的", shared="role")
    await keeps(desk, THEM, name="线路班的", shared="department")
    assert await names(desk, LEADER) == ["自己的", "大家的"]
    assert await names(desk, SENIOR) == ["大家的", "高级的"]
    assert await names(desk, JUNIOR) == ["大家的"]
    assert await names(desk, THEM) == ["大家的", "线路班的"]
    await asks(desk, "POST", "", JUNIOR, 403, name="x", shared="role")
    await asks(desk, "POST", "", SENIOR, 403, name="x", shared="everybody")
    await asks(desk, "POST", "", LEADER, 422, name="x", shared="department")
    await asks(desk, "GET", "/1/tickets", SENIOR, 404)
    await asks(desk, "PATCH", "/2", SENIOR, 404, version=1, name="我的")
    assert ticket_number(1) in (await seen(desk, "/tickets?view=1", SENIOR)).text


async def test_a_program_lists_the_tickets_of_a_view_that_it_may_read(desk: Pages) -> None:
    await urgent(desk, 2)
    view = await keeps(desk, shared="everybody")
    async with desk.room.client(SENIOR) as program:
        page = (await program.get(f"{API}/{view}/tickets")).json()
        assert (await program.post(API, json=URGENT)).status_code == 403
    assert [each["number"] for each in page["items"]] == [ticket_number(2)]
    theirs = await asks(desk, "GET", f"/{view}/tickets", THEM)
    assert theirs["items"] == []
    async with desk.room.client(SENIOR) as program:
        wrong = await program.get(f"{API}/{view}/tickets", params={"cursor": "AAAA"})
    assert wrong.status_code == 422


async def test_views_are_put_in_order_by_each_person(desk: Pages) -> None:
    for name in ("甲", "乙", "丙"):
        await keeps(desk, name=name, shared="everybody")
    await sends(desk, "/ticket-views/order", up="3")
    assert await names(desk, LEADER) == ["甲", "丙", "乙"]
    assert await names(desk, SENIOR) == ["甲", "乙", "丙"]
    await sends(desk, "/ticket-views/order", SENIOR, down="1")
    assert await names(desk, SENIOR) == ["乙", "甲", "丙"]
    await keeps(desk, name="丁", shared="everybody")
    assert await names(desk, SENIOR) == ["乙", "甲", "丙", "丁"]
    await asks(desk, "PATCH", "/order", ids=[4, 1])
    assert await names(desk, LEADER) == ["丁", "甲", "丙", "乙"]
    await asks(desk, "PATCH", "/order", LEADER, 422, ids=[1, 1])


async def test_a_deleted_view_is_put_back_with_one_press(desk: Pages) -> None:
    await keeps(desk)
    answer = await sends(desk, "/ticket-views/1/remove")
    page = await seen(desk, answer.headers["location"])
    assert "已删除“加急”" in page.text
    assert await names(desk, LEADER) == []
    assert "/ticket-views/1/restore" in [one.get("action") for one in page.all("form")]
    assert (await sends(desk, "/ticket-views/1/restore")).status_code == 303
    [back] = await asks(desk, "GET", "")
    assert back["filters"] == URGENT["filters"]
    await asks(desk, "DELETE", "/1")
    await keeps(desk)
    taken = await sends(desk, "/ticket-views/1/restore")
    assert taken.status_code == 409
    assert "您已有同名的视图" in Seen(taken.text).text


async def test_what_was_deleted_long_ago_is_gone_for_good(desk: Pages) -> None:
    for name in ("甲", "乙"):
        await keeps(desk, name=name)
    await asks(desk, "DELETE", "/1")
    old = update(TicketViewRow).where(TicketViewRow.id == 1).values(deleted_at=BEGAN.replace(2025))
    await desk.write(lambda connection: connection.execute(old))
    await asks(desk, "POST", "/1/restore", LEADER, 404)
    await asks(desk, "DELETE", "/2")
    await asks(desk, "DELETE", "/1", LEADER, 404)


async def test_a_wrong_name_is_said_and_nothing_typed_is_lost(desk: Pages) -> None:
    await keeps(desk)
    query = "which=mine&column=number&column=body"
    answer = await sends(
        desk, "/ticket-views", name="加急", shared="role", query=query, first="yes"
    )
    page = Seen(answer.text)
    assert answer.status_code == 409
    assert "您已有同名的视图，请换一个名称。" in page.text
    inputs = {one.get("name"): one for one in page.all("input") if one.get("name") != "csrf"}
    assert inputs["query"]["value"] == query
    assert "checked" in inputs["first"]
    assert "selected" in next(one for one in page.all("option") if one["value"] == "role")
    renamed = await sends(desk, "/ticket-views/1", version="1", name=" ", shared="nobody")
    assert renamed.status_code == 422
    assert "请填视图名称" in Seen(renamed.text).text
    late = await sends(desk, "/ticket-views/1", version="7", name="新名", shared="nobody")
    assert late.status_code == 409
    assert "刚才在别处保存过" in Seen(late.text).text
    assert "新名" in late.text


async def test_too_many_views_are_refused_with_a_sentence(desk: Pages) -> None:
    for which in range(40):
        await keeps(desk, name=f"{which}")
    await asks(desk, "POST", "", LEADER, 409, **URGENT)


async def test_who_sees_no_numbers_reads_none_in_a_view(desk: Pages) -> None:  # SEC-2
    await keeps(desk, name="找 13812345678", shared="everybody", filters={"q": "13812345678"})
    shared = await asks(desk, "GET", "", INSPECTOR)
    assert "13812345678" not in str(shared)
    for path in ("/tickets?view=1", "/ticket-views"):
        async with desk.person(INSPECTOR) as person:
            assert "13812345678" not in (await person.get(path)).text, path


async def test_the_pages_say_what_there_is_where_there_is_nothing(desk: Pages) -> None:
    assert "还没有视图" in (await seen(desk, "/ticket-views")).text
    assert "There is no view yet" in (await seen(desk, "/ticket-views", language="en")).text
    await keeps(desk, filters={"which": "to_review", "state": "new", "q": "灯"}, shared="role")
    text = (await seen(desk, "/ticket-views", language="en")).text
    for said in ("State: ", "Which: To be reviewed", "Search: 灯", "shared: ", "3 columns", "Me"):
        assert said.split(":")[0] in text, said
    assert NUMBERS[LEADER] not in text.split("shared", 1)[1][:40]
