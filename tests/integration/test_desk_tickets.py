"""The ticket beside the call: opened once, saved as the agent types, nothing lost (TKT-1, 3)."""

import asyncio
from typing import Any

import httpx
import pytest

from permissions.roles import Role
from tests.integration.desk_room import NAME, NUMBER, NUMBERS, Room, call_id
from tests.integration.talks import talked

JUNIOR, SENIOR = Role.JUNIOR_AGENT, Role.SENIOR_AGENT
OPENING = f"/api/v1/calls/{call_id(1)}/ticket"


@pytest.fixture(autouse=True)
async def own_call(desk: Room) -> None:
    """The junior talked in the call: others' calls are not there for juniors."""
    await talked(desk, JUNIOR, 1)


async def ticket_of_call(desk: Room, role: Role = JUNIOR) -> Any:
    async with desk.seated(role) as agent:
        answer = await agent.post(OPENING)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def save(
    desk: Room, ticket: Any, fields: dict[str, Any], role: Role = JUNIOR
) -> httpx.Response:
    """Save fields upon the version that was seen."""
    async with desk.seated(role) as agent:
        return await agent.patch(
            f"/api/v1/tickets/{ticket['number']}",
            json={"version": ticket["version"], "fields": fields},
        )


async def test_a_call_has_one_ticket_however_often_it_is_asked_for(desk: Room) -> None:
    async with desk.seated(JUNIOR) as agent:
        answers = await asyncio.gather(*(agent.post(OPENING) for _ in range(6)))
    assert len({answer.json()["number"] for answer in answers}) == 1
    ticket = answers[0].json()
    assert (ticket["customer_number"], ticket["customer_name"]) == (NUMBER, NAME)
    assert (ticket["kind"], ticket["source"], ticket["state"]) == ("complaint", "call", "new")
    assert (ticket["handler"], ticket["version"]) == (NUMBERS[JUNIOR], 1)  # QUE-3
    assert await ticket_of_call(desk, SENIOR) == ticket


async def test_who_takes_a_customers_first_matter_keeps_the_next_ones(desk: Room) -> None:  # QUE-3
    async with desk.seated(JUNIOR) as agent:
        await agent.put(f"/api/v1/customers/{NUMBER}", json={"sort": "large"})
        await agent.post(OPENING)
    async with desk.seated(SENIOR) as other:
        await other.post(f"/api/v1/calls/{call_id(2)}/ticket")
        customer = (await other.get(f"/api/v1/customers/{NUMBER}")).json()
    assert customer["first_agent"] == NUMBERS[JUNIOR]


async def test_who_has_a_customer_open_hears_that_somebody_took_the_matter(desk: Room) -> None:
    """What was typed before does not take the customer away from who was asked first (QUE-3)."""
    path = f"/api/v1/customers/{NUMBER}"
    async with desk.seated(JUNIOR) as agent, desk.seated(SENIOR) as other:
        seen = (await other.put(path, json={"sort": "large"})).json()["updated_at"]
        await agent.post(OPENING)
        late = await other.put(path, json={"sort": "large", "note": "晚上打", "seen": seen})
        now_so = (await other.get(path)).json()
    assert late.status_code == 409
    assert (late.json()["current"], now_so["first_agent"]) == (now_so, NUMBERS[JUNIOR])
    assert now_so["updated_by"] == NUMBERS[JUNIOR]


async def test_a_call_that_is_not_there_has_no_ticket(desk: Room) -> None:
    async with desk.seated(JUNIOR) as agent:
        assert (await agent.post(f"/api/v1/calls/{call_id(99)}/ticket")).status_code == 404


async def test_what_is_typed_is_kept_save_by_save(desk: Room) -> None:
    ticket = await ticket_of_call(desk)
    typed = {"body": "家里电话\n没有拨号音", "business": "固定电话", "nature": "障碍修复"}
    ticket = (await save(desk, ticket, typed)).json()
    assert ticket | typed == ticket
    assert ticket["version"] == 2
    ticket = (await save(desk, ticket, {"body": ""})).json()
    async with desk.seated(JUNIOR) as agent:
        kept = (await agent.get(f"/api/v1/tickets/{ticket['number']}/versions")).json()["items"]
    assert [each["version"] for each in kept] == [1, 2, 3]
    undone = (await save(desk, ticket, {"body": kept[1]["fields"]["body"]})).json()
    assert (undone["body"], undone["version"]) == (typed["body"], 4)


async def test_who_saves_upon_an_old_version_overwrites_nothing(desk: Room) -> None:
    ticket = await ticket_of_call(desk)
    first = (await save(desk, ticket, {"body": "甲写的"})).json()
    refused = await save(desk, ticket, {"body": "乙写的"}, SENIOR)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["current"] == first


async def test_a_save_whose_answer_was_lost_may_be_sent_again(desk: Room) -> None:
    ticket = await ticket_of_call(desk)
    once = await save(desk, ticket, {"body": "一次"})
    again = await save(desk, ticket, {"body": "一次"})
    assert (again.status_code, again.json()) == (200, once.json())


async def test_of_two_saves_in_the_same_instant_one_is_told_of_the_other(desk: Room) -> None:
    ticket = await ticket_of_call(desk)
    answers = await asyncio.gather(*(save(desk, ticket, {"body": f"{n}"}) for n in range(5)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409, 409, 409, 409]
    [kept] = [answer.json() for answer in answers if answer.status_code == 200]
    assert {a.json()["current"]["body"] for a in answers if a.status_code == 409} == {kept["body"]}


async def test_a_juniors_dispatch_is_reviewed_by_a_senior(desk: Room) -> None:  # TKT-3
    ticket = await ticket_of_call(desk)
    dispatch = {"state": "dispatched", "department": "线路班"}
    ticket = (await save(desk, ticket, dispatch)).json()
    assert ticket["to_review"]
    async with desk.seated(SENIOR) as senior:
        waiting = await senior.get("/api/v1/tickets", params={"to_review": True})
    assert [each["number"] for each in waiting.json()["items"]] == [ticket["number"]]
    assert not (await save(desk, ticket, dispatch, SENIOR)).json()["to_review"]


@pytest.mark.parametrize("department", [{}, {"department": ""}, {"department": "  "}])
async def test_nothing_is_dispatched_to_nobody(desk: Room, department: dict[str, str]) -> None:
    ticket = await ticket_of_call(desk)  # TKT-3
    refused = await save(desk, ticket, {"state": "dispatched", **department})
    assert (refused.status_code, "department" in refused.json()["detail"]) == (422, True)
    ticket = (await save(desk, ticket, {"department": "线路班"})).json()
    ticket = (await save(desk, ticket, {"state": "dispatched"})).json()
    assert (await save(desk, ticket, {"department": ""})).status_code == 422
    assert (await save(desk, ticket, {"body": "已派"})).status_code == 200


async def test_what_was_answered_on_the_call_is_settled(desk: Room) -> None:  # TKT-3
    ticket = (await save(desk, await ticket_of_call(desk), {"state": "answered"})).json()
    assert ticket["closed_at"] is not None
    async with desk.seated(JUNIOR) as agent:
        mine = await agent.get("/api/v1/tickets", params={"handler": NUMBERS[JUNIOR]})
    assert [each["state"] for each in mine.json()["items"]] == ["answered"]


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"business": "煤气"}, "business"),  # TKT-1
        ({"nature": "天气"}, "nature"),
        ({"state": "lost"}, "state"),
        ({"kind": None}, "kind"),
        ({"due_at": "2030-01-01T00:00:00Z"}, "due_at"),
        ({"to_review": False}, "to_review"),
        ({"body": "长" * 4001}, "body"),
    ],
)
async def test_a_field_that_cannot_be_so_is_refused(
    desk: Room, fields: dict[str, Any], where: str
) -> None:
    answer = await save(desk, await ticket_of_call(desk), fields)
    assert answer.status_code == 422
    assert where in answer.json()["detail"]


async def test_hostile_text_is_kept_as_text(desk: Room) -> None:
    typed = "<script>alert(1)</script>\x00\x1b[31m\u202e\r\n'; DROP TABLE tickets; --"
    ticket = (
        await save(desk, await ticket_of_call(desk), {"body": typed, "customer_name": typed})
    ).json()
    assert ticket["body"] == "<script>alert(1)</script>[31m\n'; DROP TABLE tickets; --"
    assert "\n" not in ticket["customer_name"]
    assert "\x00" not in ticket["customer_name"]


async def test_who_sees_no_numbers_sees_none_in_a_ticket(desk: Room) -> None:  # SEC-2
    said = {"body": f"请回电 {NUMBER}", "answer": f"已回 {NUMBER}"}
    ticket = (await save(desk, await ticket_of_call(desk), said)).json()
    async with desk.seated(Role.INSPECTOR) as inspector:
        seen = await inspector.get(f"/api/v1/tickets/{ticket['number']}")
    assert NUMBER not in seen.text
    assert NAME not in seen.text


async def test_an_agent_is_asked_once_for_what_a_ticket_lacks(desk: Room) -> None:
    await ticket_of_call(desk)
    async with desk.seated(JUNIOR) as agent:
        asked = [(await agent.post(f"{OPENING}/asked")).json()["ask"] for _ in range(3)]
    assert asked == [True, False, False]


async def test_nobody_is_asked_for_a_ticket_that_says_something(desk: Room) -> None:
    await save(desk, await ticket_of_call(desk), {"body": "已答复"})
    async with desk.seated(JUNIOR) as agent:
        assert (await agent.post(f"{OPENING}/asked")).json() == {"ask": False}


async def test_a_program_with_a_token_may_open_a_calls_ticket(desk: Room) -> None:
    async with desk.client(Role.TEAM_LEADER) as program:
        ticket = (await program.post(f"/api/v1/calls/{call_id(2)}/ticket")).json()
    assert ticket["handler"] == "8001"  # who talked
