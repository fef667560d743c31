"""A ticket from its registration to the archive, through the API, by several roles (TKT-3…13)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update

from db.engine import engine
from features.accounts.tables import AccountRow, ApiToken
from features.calls.tables import Call
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, Room, call_id
from tests.integration.reach_house import write
from tests.integration.talks import talked

JUNIOR, SENIOR, THEM = Role.JUNIOR_AGENT, Role.SENIOR_AGENT, Role.DEPARTMENT
LINES = "线路班"
TO_COME = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(autouse=True)
async def people(desk: Room) -> None:
    """The junior talked in call 1, and there is a department."""
    await talked(desk, JUNIOR, 1)
    await write(
        desk,
        update(AccountRow).where(AccountRow.role == THEM.value).values(department=LINES),
        update(ApiToken).where(ApiToken.role == THEM.value).values(department=LINES),
    )


class Matter:
    """One ticket, and who does what with it."""

    def __init__(self, desk: Room, ticket: Any) -> None:
        self.desk = desk
        self.ticket = ticket

    @property
    def path(self) -> str:
        return f"/api/v1/tickets/{self.ticket['number']}"

    async def asks(self, verb: str, role: Role = SENIOR, **given: Any) -> httpx.Response:
        async with self.desk.seated(role) as person:
            body = {"version": self.ticket["version"], **given}
            return await person.post(f"{self.path}/verbs/{verb}", json=body)

    async def does(self, verb: str, role: Role = SENIOR, **given: Any) -> Any:
        answer = await self.asks(verb, role, **given)
        assert answer.status_code == 200, answer.text
        self.ticket = answer.json()
        return self.ticket

    async def of(self, what: str, role: Role = SENIOR) -> list[Any]:
        async with self.desk.seated(role) as person:
            answer = await person.get(f"{self.path}/{what}")
        assert answer.status_code == 200, answer.text
        items: list[Any] = answer.json()["items"]
        return items


@pytest.fixture
async def matter(desk: Room) -> Matter:
    """A complaint, opened by the agent of its call."""
    async with desk.seated(JUNIOR) as agent:
        answer = await agent.post(f"/api/v1/calls/{call_id(1)}/ticket")
    return Matter(desk, answer.json())


async def called_out(matter: Matter, role: Role) -> str:
    """Have somebody have called the customer of the matter just now; return the call's id."""
    made, call = engine(matter.desk.settings.database), str(uuid4())
    async with made.execution_options(writing=True).begin() as connection:
        of_matter = select(Call.__table__).where(Call.id == call_id(1))
        row = dict((await connection.execute(of_matter)).mappings().one())
        row |= {"id": call, "linkedid": call, "ref": call[:8], "direction": "out"}
        row |= {"agent": NUMBERS[role], "ring_started": datetime.now(UTC)}
        await connection.execute(insert(Call).values(row))
    await made.dispose()
    return call


async def test_a_complaint_from_its_registration_to_the_archive(matter: Matter) -> None:
    said = {"restored_at": None, "complaint_class": "short_term"}
    await matter.does("dispatch", department=LINES, note="请今天上门")
    await matter.does("accept", THEM)
    await matter.does("handle", THEM, handling="更换外线", cause="外线断")
    await matter.does("satisfied", Role.SURVEYOR)
    await matter.does("close", complaint_class=said["complaint_class"], closing="已解决")
    done = await matter.does("archive", Role.RECORDS_CLERK)
    assert (done["state"], done["satisfaction"]) == ("archived", "satisfied")
    assert (done["handling"], done["handler"]) == ("更换外线", NUMBERS[JUNIOR])
    history = await matter.of("history")
    assert [(one["what"], one["number"]) for one in history] == [
        ("opened", NUMBERS[JUNIOR]),
        ("dispatch", NUMBERS[SENIOR]),
        ("accept", NUMBERS[THEM]),
        ("handle", NUMBERS[THEM]),
        ("satisfied", NUMBERS[Role.SURVEYOR]),
        ("close", NUMBERS[SENIOR]),
        ("archive", NUMBERS[Role.RECORDS_CLERK]),
    ]
    assert [one["after"] for one in history][-3:] == ["surveyed", "closed", "archived"]
    [order] = await matter.of("orders")
    assert (order["kind"], order["state"], order["text"]) == ("dispatch", "done", "请今天上门")
    clocks = await matter.of("clocks")
    assert {one["state"] for one in clocks} == {"stopped"}
    assert {one["kind"] for one in clocks} == {"dispatch", "progress", "promised", "survey"}
    assert {one["why"] for one in clocks} == {"dispatch", "handle", "satisfied"}


async def test_a_juniors_order_leaves_when_a_senior_has_read_it(matter: Matter) -> None:  # TKT-3
    waiting = await matter.does("dispatch", JUNIOR, department=LINES)
    assert waiting["to_review"]
    assert (await matter.asks("accept", THEM)).status_code == 404, "nothing has left"
    assert (await matter.asks("approve", JUNIOR)).status_code == 403
    running = {one["kind"] for one in await matter.of("clocks") if one["state"] != "stopped"}
    assert "dispatch" in running, "the hour goes on until the order leaves (TKT-4)"
    await matter.does("approve")
    await matter.does("chase", JUNIOR, note="客户催")
    orders = await matter.of("orders")
    assert [(one["kind"], one["state"]) for one in orders] == [
        ("dispatch", "sent"),
        ("chase", "to_review"),
    ]
    assert orders[1]["refers_to"] == orders[0]["number"]
    assert [one["kind"] for one in await matter.of("orders", THEM)] == ["dispatch"]
    await matter.does("approve", order=orders[1]["number"])
    assert len(await matter.of("orders", THEM)) == 2


async def test_who_is_not_satisfied_gets_a_second_dispatch(matter: Matter) -> None:  # TKT-11
    await matter.does("dispatch", department=LINES)
    await matter.does("handle", THEM, handling="已修")
    await matter.does("not_satisfied", Role.SURVEYOR, note="还是不通")
    refused = await matter.asks("second_dispatch")
    assert (refused.status_code, "warning" in refused.json()["detail"]) == (422, True)
    await matter.does("second_dispatch", warning="限期一天，否则通报")
    orders = await matter.of("orders", THEM)
    assert (orders[1]["kind"], orders[1]["warning"]) == ("second", "限期一天，否则通报")
    assert orders[1]["refers_to"] == orders[0]["number"]


async def test_a_department_that_has_more_time_has_another_deadline(matter: Matter) -> None:
    before = (await matter.does("dispatch", department=LINES))["deadline"]
    await matter.does("ask_time", THEM, note="等备件", deadline=TO_COME)
    assert matter.ticket["deadline"] == before
    granted = await matter.does("grant_time")
    assert granted["deadline"] == TO_COME
    promised = [one for one in await matter.of("clocks") if one["kind"] == "promised"]
    assert [(one["state"], one["why"]) for one in promised] == [
        ("stopped", "grant_time"),
        ("running", ""),
    ]
    orders = await matter.of("orders")
    assert [(one["kind"], one["deadline"]) for one in orders] == [
        ("dispatch", TO_COME),
        ("chase", TO_COME),
    ]


async def test_clocks_stand_while_the_customer_is_waited_for(matter: Matter) -> None:
    await matter.does("wait", JUNIOR, note="客户查账单号")
    assert {one["standing"] for one in await matter.of("clocks")} == {"paused"}
    assert matter.ticket["next_due_at"] is None
    await matter.does("go_on", JUNIOR)
    assert {one["standing"] for one in await matter.of("clocks")} == {"runs"}
    assert matter.ticket["state"] == "new"


async def test_what_is_missing_is_said_and_nothing_is_closed(matter: Matter) -> None:  # TKT-8
    await matter.does("answer", JUNIOR)
    refused = await matter.asks("close", JUNIOR)
    assert refused.status_code == 422
    for word in ("handling", "complaint_class", "satisfaction"):
        assert word in refused.json()["detail"]
    given = {"handling": "已解释", "complaint_class": "at_once", "satisfaction": "satisfied"}
    for closing in ("", "没有这个代码"):
        refused = await matter.asks("close", JUNIOR, **given, closing=closing)
        assert refused.status_code == 422
        assert "`closing` should be one of 已解决" in refused.json()["detail"]
    closed = await matter.does("close", JUNIOR, **given, closing="已解释")
    assert (closed["state"], closed["closing"]) == ("closed", "已解释")


async def test_a_house_without_closing_codes_closes_without(matter: Matter) -> None:
    async with matter.desk.seated(Role.ADMINISTRATOR) as person:
        for code in (await person.get("/api/v1/ticket-classes?sort=closing")).json():
            gone = {"name": code["name"], "version": code["version"], "retired": True}
            answer = await person.put(f"/api/v1/ticket-classes/{code['id']}", json=gone)
            assert answer.status_code == 200, answer.text
    await matter.does("answer", JUNIOR)
    given = {"handling": "已解释", "complaint_class": "at_once", "satisfaction": "satisfied"}
    assert (await matter.does("close", JUNIOR, **given))["closing"] == ""


async def test_a_survey_names_the_call_in_which_it_was_asked(matter: Matter) -> None:  # TKT-11
    await matter.does("dispatch", department=LINES, note="请今天上门")
    await matter.does("accept", THEM)
    await matter.does("handle", THEM, handling="更换外线")
    surveyed = await called_out(matter, Role.SURVEYOR)
    await called_out(matter, SENIOR)  # another one's call
    await matter.does("satisfied", Role.SURVEYOR)
    assert [each["call_id"] for each in await matter.of("history")][-1] == surveyed


async def test_the_same_asked_again_is_done_once(matter: Matter) -> None:
    version = matter.ticket["version"]
    first = await matter.asks("dispatch", department=LINES)
    again = await matter.asks("dispatch", department=LINES)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await matter.of("orders")) == 1
    late = await matter.asks("dispatch", Role.TEAM_LEADER, department=LINES)
    assert (late.status_code, late.json()["current"]) == (409, first.json())
    assert first.json()["version"] == version + 1


async def test_of_many_who_do_it_at_once_one_does_it(matter: Matter) -> None:
    roles = (SENIOR, Role.TEAM_LEADER, Role.MANAGER, Role.ADMINISTRATOR)
    answers = await asyncio.gather(
        *(matter.asks("dispatch", role, department=LINES) for role in roles)
    )
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert len(await matter.of("orders")) == 1


async def test_what_cannot_be_now_is_refused_with_the_ticket_as_it_is(matter: Matter) -> None:
    refused = await matter.asks("archive")
    assert (refused.status_code, refused.json()["current"]) == (409, matter.ticket)
    assert (await matter.asks("handle", Role.SURVEYOR)).status_code == 409
    async with matter.desk.seated(SENIOR) as senior:
        body = {"version": 1, "fields": {"state": "closed"}}
        patched = await senior.patch(matter.path, json=body)
    assert (patched.status_code, "closed" in patched.json()["detail"]) == (409, True)


async def test_a_department_does_nothing_with_what_is_another_ones(matter: Matter) -> None:
    await matter.does("dispatch", department="计费中心")
    assert (await matter.asks("accept", THEM)).status_code == 404
    async with matter.desk.seated(THEM) as them:
        for what in ("history", "orders", "clocks"):
            assert (await them.get(f"{matter.path}/{what}")).status_code == 404


async def test_nothing_is_dispatched_to_a_department_that_is_closed(matter: Matter) -> None:
    async with matter.desk.seated(Role.TEAM_LEADER) as leader:
        put = await leader.put(f"/api/v1/departments/{LINES}", json={"active": False})
        assert put.status_code == 200, put.text
    refused = await matter.asks("dispatch", department=LINES)
    assert (refused.status_code, LINES in refused.json()["detail"]) == (422, True)


async def test_a_department_has_its_own_hours(matter: Matter) -> None:
    async with matter.desk.seated(Role.TEAM_LEADER) as leader:
        put = await leader.put(f"/api/v1/departments/{LINES}", json={"hours": 4})
        assert put.status_code == 200, put.text
    await matter.does("dispatch", department=LINES)
    [promised] = [one for one in await matter.of("clocks") if one["kind"] == "promised"]
    assert (promised["limit_s"], promised["working"]) == (4 * 3600, True)
    assert promised["due_at"] == matter.ticket["deadline"]


async def test_a_large_customers_matter_is_urgent_at_once(desk: Room) -> None:  # TKT-4
    async with desk.seated(SENIOR) as senior:
        await senior.put("/api/v1/customers/13812345678", json={"sort": "large"})
        ticket = (await senior.post(f"/api/v1/calls/{call_id(2)}/ticket")).json()
    assert ticket["urgent"]
    opened = datetime.fromisoformat(ticket["created_at"])
    assert datetime.fromisoformat(ticket["next_due_at"]) - opened == timedelta(minutes=10)
