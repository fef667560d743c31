"""The box on every page, and the counts of what is due: what each role finds and never finds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks.tables import CallbackRow
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from permissions.roles import Role, sees_numbers
from permissions.routes import allowed
from tests.integration.desk_room import NUMBER, call_id, ticket_number
from tests.integration.page_room import Pages, Seen, pages
from tests.numbers import known_as

KNOWN = "13912345678"


def answers(role: Role, method: str, path: str) -> bool:
    """Tell whether a route answers a role."""
    rule = allowed(method, path)
    return isinstance(rule, frozenset) and role in rule


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        await found.write(_known)
        async with found.person(Role.TEAM_LEADER) as leader:
            for title, draft in (("装机要多久", False), ("装机草稿", True)):
                entry = {"title": title, "body": "三个工作日", "published": not draft}
                answer = await leader.post("/api/v1/knowledge", json=entry)
                assert answer.status_code == 201, answer.text
        yield found


async def _known(connection: AsyncConnection) -> None:
    customer = Customer(
        number=KNOWN,
        identity=known_as(KNOWN),
        name="王建国",
        sort=CustomerSort.IMPORTANT,
        note="",
        first_agent=None,
        updated_at=datetime.now(UTC),
        updated_by="1001",
        area="滨江花园",
    )
    await keeping.keep(connection, customer)


async def _finds(desk: Pages, role: Role, q: str) -> dict[str, list[dict[str, Any]]]:
    async with desk.person(role) as client:
        answer = await client.get("/api/v1/search", params={"q": q})
        assert answer.status_code == 200, answer.text
        return {group["kind"]: group["items"] for group in answer.json()["groups"]}


async def test_a_piece_of_a_number_finds_its_calls_and_its_customer(desk: Pages) -> None:
    found = await _finds(desk, Role.SENIOR_AGENT, "2345678")
    assert [each["title"] for each in found["calls"]] == [NUMBER] * 5
    assert found["calls"][0]["address"] == f"/calls/{call_id(1)}"
    assert found["customers"][0] == {
        "address": f"/customers/{KNOWN}",
        "title": KNOWN,
        "detail": "王建国",
    }


async def test_a_tickets_number_or_its_beginning_finds_it(
    desk: Pages,
) -> None:
    for typed in (ticket_number(2), "20261121-0000"):
        found = await _finds(desk, Role.SENIOR_AGENT, typed)
        assert ticket_number(2) in [each["title"] for each in found["tickets"]]
    [ticket] = (await _finds(desk, Role.SENIOR_AGENT, ticket_number(2)))["tickets"]
    assert ticket["address"] == f"/tickets/{ticket_number(2)}"
    assert "tickets" not in await _finds(desk, Role.FLOOR_ATTENDANT, ticket_number(2))


async def test_a_name_a_word_and_a_page_are_found(desk: Pages) -> None:
    assert (await _finds(desk, Role.JUNIOR_AGENT, "建国"))["customers"][0]["title"] == KNOWN
    assert len((await _finds(desk, Role.SENIOR_AGENT, "装机"))["knowledge"]) == 2
    [told] = (await _finds(desk, Role.JUNIOR_AGENT, "装机"))["knowledge"]
    assert told["title"] == "装机要多久"  # a draft is for those who write them
    [page] = (await _finds(desk, Role.JUNIOR_AGENT, "叫醒"))["pages"]
    assert page["address"] == "/wake-ups"


@pytest.mark.sqlite_first
@pytest.mark.parametrize("role", list(Role))
async def test_nobody_finds_what_the_pages_of_their_role_refuse(desk: Pages, role: Role) -> None:
    for typed in (NUMBER, "2345678", KNOWN, "王", ticket_number(1), "装", "账号", call_id(1)):
        found = await _finds(desk, role, typed)
        async with desk.person(role) as client:
            for kind, items in found.items():
                for item in items:
                    answer = await client.get(item["address"])
                    assert answer.status_code == 200, (role, kind, item)
        if not sees_numbers(role):
            assert "customers" not in found
            told = f"{found}"
            assert NUMBER not in told, told
            assert KNOWN not in told
            assert "calls" not in found or typed in {NUMBER, ticket_number(1), call_id(1)}
        if not answers(role, "GET", "/calls"):
            assert "calls" not in found
        if not answers(role, "GET", "/tickets"):
            assert "tickets" not in found
        if role is not Role.ADMINISTRATOR:
            assert "/accounts" not in f"{found}"


async def test_an_inspector_finds_a_whole_number_only_and_sees_it_masked(desk: Pages) -> None:
    assert "calls" not in await _finds(desk, Role.INSPECTOR, NUMBER[:6])
    [first, *_] = (await _finds(desk, Role.INSPECTOR, NUMBER))["calls"]
    assert first["title"] == "138******78"


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "'; drop table calls;--", "<script>", "٣٤٥"]
)
async def test_what_is_typed_is_only_text(desk: Pages, typed: str) -> None:
    found = await _finds(desk, Role.ADMINISTRATOR, typed)
    assert not {"calls", "tickets", "knowledge"} & set(found), found
    async with desk.person(Role.ADMINISTRATOR) as client:
        page = await client.get("/search", params={"q": typed})
    assert page.status_code == 200
    assert "<script>" not in page.text


async def test_too_much_and_what_nobody_sees_is_refused(desk: Pages) -> None:
    async with desk.person(Role.ADMINISTRATOR) as client:
        for typed in ("a" * 81, "\x00", "a\x07b"):
            answer = await client.get("/api/v1/search", params={"q": typed})
            assert answer.status_code == 422


async def test_the_page_shows_more_than_the_list_and_says_so_when_nothing_fits(
    desk: Pages,
) -> None:
    async with desk.person(Role.TEAM_LEADER) as leader:
        seen = Seen((await leader.get("/search", params={"q": NUMBER})).text)
        assert f"/calls/{call_id(5)}" in [link.get("href") for link in seen.all("a")]
        assert "没有找到" in (await leader.get("/search", params={"q": "nothing like it"})).text


async def _due(client: httpx.AsyncClient) -> dict[str, int]:
    due: dict[str, int] = (await client.get("/api/v1/due")).json()["due"]
    return due


async def test_what_is_due_is_counted_for_whom_it_concerns(desk: Pages) -> None:
    async with desk.person(Role.INSPECTOR) as inspector, desk.person(Role.TEAM_LEADER) as leader:
        assert await _due(leader) == {}
        report = {"shift": "早班", "equipment": "耳机"}
        assert (await leader.post("/api/v1/handovers", json=report)).status_code == 201
        await desk.write(_late)
        desk.room.app.state.due._at = float("-inf")  # three seconds later
        assert await _due(leader) == {"/callbacks": 1, "/handover": 1}
        assert await _due(inspector) == {"/handover": 1}
        home = Seen((await inspector.get("/home")).text)
        links = [link.get("href") for link in home.all("a") if link.get("class") == "card"]
        assert links == ["/handover"]


async def _late(connection: AsyncConnection) -> None:
    now = datetime.now(UTC)
    row = {
        "number": NUMBER,
        "kind": "agent",
        "state": "open",
        "due_at": now - timedelta(hours=1),
        "made_at": now - timedelta(hours=2),
        "note": "",
    }
    await connection.execute(insert(CallbackRow), [row])


async def test_roles_that_talk_begin_there_and_others_on_their_first_page(desk: Pages) -> None:
    for role in Role:
        async with desk.person(role) as client:
            where = (await client.get("/")).headers["location"]
        talks = answers(role, "POST", "/api/v1/calls/{call_id}/hold")
        assert where == ("/work" if talks else "/home"), role
