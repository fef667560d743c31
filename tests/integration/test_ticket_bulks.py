"""Many tickets at once: each by its own action, what cannot be done is named and left alone."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from features.audit.tables import AuditRow
from features.ticket_bulks import rules
from features.ticket_bulks.rules import Work, hindrance
from features.ticket_bulks.tables import TicketBulkItemRow
from features.tickets.tables import TicketRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, fill, ticket_number
from tests.integration.page_room import Pages, Seen, pages
from tests.unit.test_ticket_life import COMPLAINT

LEADER, SENIOR, JUNIOR = Role.TEAM_LEADER, Role.SENIOR_AGENT, Role.JUNIOR_AGENT
API = "/api/v1/ticket-bulks"
LINES = "线路班"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        yield found


async def are(desk: Pages, state: str, *which: int) -> None:
    numbers = [ticket_number(each) for each in which]
    change = update(TicketRow).where(TicketRow.number.in_(numbers)).values(state=state)
    await desk.write(lambda connection: connection.execute(change))


async def begins(
    desk: Pages, work: str, which: dict[int, int], role: Role = LEADER, **said: Any
) -> Any:
    tickets = [{"number": ticket_number(each), "version": at} for each, at in which.items()]
    async with desk.room.seated(role) as person:
        answer = await person.post(API, json={"work": work, "tickets": tickets, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


def outcomes(bulk: Any) -> dict[str, str]:
    return {each["number"][-1]: each["outcome"] for each in bulk["items"]}


async def ticket(desk: Pages, which: int) -> Any:
    async with desk.room.seated(LEADER) as person:
        return (await person.get(f"/api/v1/tickets/{ticket_number(which)}")).json()


async def seen(desk: Pages, path: str, role: Role = LEADER, language: str = "zh") -> Seen:
    async with desk.person(role, language=language) as person:
        answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return Seen(answer.text)


def picks(*which: int) -> str:
    return "&".join(f"pick={ticket_number(each)}" for each in which)


async def test_each_ticket_is_done_by_its_own_action_and_has_its_own_history(desk: Pages) -> None:
    bulk = await begins(desk, "dispatch", {1: 1, 2: 1, 3: 1}, department=LINES, note="请上门")
    assert outcomes(bulk) == {"1": "done", "2": "done", "3": "done"}
    async with desk.person(LEADER) as person:
        for which in (1, 2, 3):
            path = f"/api/v1/tickets/{ticket_number(which)}"
            said = (await person.get(f"{path}/history")).json()["items"]
            assert said[-1]["what"] == "dispatch"
            assert (await person.get(f"{path}/orders")).json()["items"][0]["department"] == LINES
    chased = await begins(desk, "chase", {1: 2, 2: 2}, note="请尽快")
    reminded = await begins(desk, "remind", {3: 2})
    assert {*outcomes(chased).values(), *outcomes(reminded).values()} == {"done"}


async def test_the_deadline_of_many_is_that_of_each_order(desk: Pages) -> None:  # TKT-4
    at = datetime.now(SHANGHAI).replace(second=0, microsecond=0) + timedelta(days=2)
    await begins(desk, "dispatch", {1: 1, 2: 1}, department=LINES, deadline=at.isoformat())
    form = {"csrf": CSRF, "work": "dispatch", "department": LINES, "key": "k"}
    form |= {"deadline_day": f"{at:%Y-%m-%d}", "deadline_time": f"{at:%H:%M}"}
    async with desk.person(LEADER) as person:
        for which, typed in ((3, form), (4, form | {"deadline_day": "", "deadline_time": ""})):
            sent = typed | {"picks": f"{ticket_number(which)}:1", "key": f"k{which}"}
            assert (await person.post("/ticket-bulks", data=sent)).status_code == 303
        for which in (1, 2, 3, 4):
            path = f"/api/v1/tickets/{ticket_number(which)}"
            [order] = (await person.get(f"{path}/orders")).json()["items"]
            until = datetime.fromisoformat(order["deadline"])
            assert (until == at) == (which != 4), "left empty: the department's own hours"
    assert datetime.fromisoformat((await ticket(desk, 3))["deadline"]) == at


async def test_a_deadline_that_is_none_is_said_and_what_was_typed_is_kept(desk: Pages) -> None:
    form = {"csrf": CSRF, "work": "dispatch", "department": LINES, "key": "k"}
    form["picks"] = f"{ticket_number(1)}:1"
    for wrong in ({"deadline_day": "gestern"}, {"deadline_time": "10:15"}):
        async with desk.person(LEADER) as person:
            answer = await person.post("/ticket-bulks", data=form | wrong)
        page = Seen(answer.text)
        assert answer.status_code == 422
        assert "请填写以后的期限" in page.text
        [typed] = wrong.values()
        assert typed in [one.get("value") for one in page.all("input")]
    assert (await ticket(desk, 1))["state"] == "new"


async def test_what_was_changed_since_is_refused_and_the_others_are_done(desk: Pages) -> None:
    await begins(desk, "hand", {2: 1}, clerk=NUMBERS[SENIOR])
    bulk = await begins(desk, "dispatch", {1: 1, 2: 1}, department=LINES)
    assert outcomes(bulk) == {"1": "done", "2": "refused"}
    [refused] = [each for each in bulk["items"] if each["outcome"] == "refused"]
    assert "别人刚改过" in refused["why"]["zh"]
    assert refused["why"]["en"]
    assert (await ticket(desk, 2))["state"] == "new"
    page = await seen(desk, f"/ticket-bulks/{bulk['id']}")
    assert "没有办的 1 张" in page.text
    assert "别人刚改过" in page.text
    assert "全部办完" in page.text


async def test_before_it_is_begun_the_page_names_who_is_left_alone_and_why(desk: Pages) -> None:
    await are(desk, "closed", 1, 2)
    page = await seen(desk, f"/ticket-bulks/new?{picks(1, 2, 3)}&work=archive")
    assert "2/3 张可办" in page.text
    assert "不办的 1 张" in page.text
    assert "工单现在的状态不能这样做" in page.text
    sent = next(str(one["value"]) for one in page.all("input") if one.get("name") == "picks")
    assert sent == f"{ticket_number(1)}:1,{ticket_number(2)}:1,"
    junior = await seen(desk, f"/ticket-bulks/new?{picks(1)}&work=archive", JUNIOR)
    assert "没有选中工单" in junior.text


def test_a_role_that_may_not_is_told_so() -> None:
    assert hindrance(COMPLAINT, Work.HAND, JUNIOR) == "ticket.not_yours"
    assert hindrance(COMPLAINT, Work.HAND, SENIOR) == ""
    assert hindrance(COMPLAINT, Work.ARCHIVE, LEADER) == "ticket.not_now"


async def test_all_that_is_found_is_taken_up_to_a_limit_that_is_said(
    desk: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "/ticket-bulks/new?every=yes&query=which%3Dopen"
    assert "选中 5 张工单" in (await seen(desk, query)).text
    monkeypatch.setattr("features.ticket_bulks.pages.MOST", 3)
    page = await seen(desk, query)
    assert "选中 3 张工单" in page.text
    assert "查到的超过 3 张" in page.text


async def test_the_form_sent_twice_is_done_once(desk: Pages) -> None:
    form = {"csrf": CSRF, "work": "hand", "clerk": NUMBERS[SENIOR], "key": "k1"}
    form["picks"] = f"{ticket_number(1)}:1"
    async with desk.person(LEADER) as person:
        places = [(await person.post("/ticket-bulks", data=form)).headers["location"] for _ in "ab"]
    assert places == ["/ticket-bulks/1", "/ticket-bulks/1"]
    assert (await ticket(desk, 1))["version"] == 2
    said = {"work": "hand", "clerk": NUMBERS[LEADER]}
    body = {**said, "tickets": [{"number": ticket_number(2), "version": 1}]}
    async with desk.room.seated(LEADER) as person:
        person.headers["Idempotency-Key"] = "k2"
        answers = [await person.post(API, json=body) for _ in "ab"]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"


async def test_long_work_goes_on_where_it_was_and_shows_how_far_it_is(
    desk: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.ticket_bulks.actions.PORTION", 2)
    which = dict.fromkeys(range(1, 6), 1)
    bulk = await begins(desk, "hand", which, clerk=NUMBERS[SENIOR])
    assert bulk["waiting"] == 3
    page = await seen(desk, f"/ticket-bulks/{bulk['id']}")
    assert "已办 2 / 5" in page.text
    assert [one for one in page.all("form") if "data-goes-on" in one]
    async with desk.room.seated(LEADER) as person:
        for waiting in (1, 0, 0):
            answer = await person.post(f"{API}/{bulk['id']}/go-on")
            assert answer.json()["waiting"] == waiting
    assert {(await ticket(desk, each))["version"] for each in which} == {2}
    async with desk.room.seated(SENIOR) as other:
        assert (await other.get(f"{API}/{bulk['id']}")).status_code == 404


async def test_what_was_done_before_the_desk_died_is_done_once(desk: Pages) -> None:
    bulk = await begins(desk, "hand", {1: 1}, clerk=NUMBERS[SENIOR])
    lost = update(TicketBulkItemRow).values(outcome="waiting")
    await desk.write(lambda connection: connection.execute(lost))
    async with desk.room.seated(LEADER) as person:
        answer = await person.post(f"{API}/{bulk['id']}/go-on")
    assert outcomes(answer.json()) == {"1": "done"}
    assert (await ticket(desk, 1))["version"] == 2


async def test_classes_are_set_and_a_clerk_keeps_what_is_handed_over(desk: Pages) -> None:
    classed = await begins(
        desk, "sort", {1: 1, 2: 1}, business="数据通信", complaint_class="at_once"
    )
    assert set(outcomes(classed).values()) == {"done"}
    one = await ticket(desk, 1)
    assert (one["business"], one["nature"], one["complaint_class"]) == ("数据通信", None, "at_once")
    await begins(desk, "hand", {1: 2}, clerk=NUMBERS[JUNIOR])
    assert (await ticket(desk, 1))["handler"] == NUMBERS[JUNIOR]
    text = (await seen(desk, f"/tickets/{ticket_number(1)}")).text
    assert f"转交给{NUMBERS[JUNIOR]}" in text


async def test_who_may_not_write_a_ticket_is_refused_for_that_ticket_only(desk: Pages) -> None:
    own = update(TicketRow).where(TicketRow.number == ticket_number(1))
    await desk.write(lambda one: one.execute(own.values(handler=NUMBERS[JUNIOR])))
    other = update(TicketRow).where(TicketRow.number == ticket_number(2))
    await desk.write(lambda one: one.execute(other.values(call_id=None, handler=None)))
    bulk = await begins(desk, "dispatch", {1: 1, 2: 1}, JUNIOR, department=LINES)
    assert outcomes(bulk) == {"1": "done", "2": "refused"}
    assert (await ticket(desk, 1))["to_review"]


async def test_a_bulk_and_each_of_its_tickets_are_on_record(desk: Pages) -> None:  # SEC-1
    await begins(desk, "hand", {1: 1, 2: 1}, clerk=NUMBERS[SENIOR])
    counts: dict[str, int] = {}

    async def look(connection: Any) -> None:
        query = select(AuditRow.action, func.count()).group_by(AuditRow.action)
        found = await connection.execute(query)
        counts.update({str(one[0]): int(one[1]) for one in found})

    await desk.write(look)
    assert (counts["ticket_bulk.begun"], counts["ticket.act"]) == (1, 2)


async def test_what_is_missing_is_said_and_the_selection_is_not_lost(desk: Pages) -> None:
    form = {"csrf": CSRF, "work": "dispatch", "department": " ", "note": "请上门", "key": "k"}
    form["picks"] = f"{ticket_number(1)}:1,{ticket_number(2)}:1"
    async with desk.person(LEADER) as person:
        answer = await person.post("/ticket-bulks", data=form)
    page = Seen(answer.text)
    assert answer.status_code == 422
    assert "请填写派往部门" in page.text
    assert "请上门" in page.text
    assert "办理这 2 张" in page.text
    keys = [one["value"] for one in page.all("input") if one.get("name") == "key"]
    assert keys == ["k"]


async def test_the_list_has_boxes_for_who_may_do_something_with_many(desk: Pages) -> None:
    page = await seen(desk, "/tickets")
    assert len([one for one in page.all("input") if one.get("name") == "pick"]) == 5
    assert f"最多 {rules.MOST} 张" in page.text
    other = await seen(desk, "/tickets", Role.INSPECTOR)
    assert not [one for one in other.all("input") if one.get("name") == "pick"]
