"""Customers: several numbers each, lists of them, versions, two who are one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update

from db.bounded import Question
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind
from features.customers import queries as customers
from features.customers.tables import CustomerMergeRow
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.tickets import saves
from permissions.roles import Role
from tests.integration.desk_room import NUMBER
from tests.integration.page_room import Pages, pages
from tests.integration.records_room import NOW, one_of_everything

LEADER = Role.TEAM_LEADER
OTHER, AT_WORK = "13912345678", "010-62345678"
API = "/api/v1/customers"


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        await found.write(one_of_everything)
        yield found


async def _put(person: httpx.AsyncClient, number: str, **said: object) -> Any:
    answer = await person.put(f"{API}/{number}", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _known(person: httpx.AsyncClient, number: str) -> Any:
    return (await person.get(f"{API}/{number}")).json()


def _numbers(*numbers: str) -> list[dict[str, str]]:
    return [{"number": each, "label": ""} for each in numbers]


async def test_a_customer_is_known_by_every_number_however_it_is_written(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        seen = (await _known(leader, NUMBER))["updated_at"]
        contact = {"name": "王经理", "post": "网管", "number": "13700137000"}
        kept = await _put(
            leader,
            NUMBER,
            name="张三丰",
            numbers=_numbers(NUMBER, OTHER, AT_WORK),
            contacts=[contact],
            seen=seen,
        )
        assert [each["number"] for each in kept["numbers"]] == [NUMBER, OTHER, "01062345678"]
        for sent in (f"+86{OTHER}", "0086 10 6234 5678", "137-0013-7000"):
            found = await _known(leader, sent)
            assert found["id"] == kept["id"], sent
            assert found["number"] == NUMBER, "the main one"


async def test_what_hangs_on_one_number_is_found_by_another(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        seen = (await _known(leader, NUMBER))["updated_at"]
        await _put(leader, NUMBER, name="张三丰", numbers=_numbers(NUMBER, OTHER), seen=seen)
    other = "+8613912345678"
    refused = Entry(NUMBER, f"+86{NUMBER}", "不要再打", NOW, "1001")

    async def promised(connection: Any) -> None:
        await callbacks.make(
            connection,
            number=NUMBER,
            identity=f"+86{NUMBER}",
            kind=CallbackKind.AGENT,
            now=NOW,
            due_at=NOW,
        )
        await do_not_call.put(connection, refused)

    await desk.write(promised)
    database = desk.room.app.state.database

    def asked(question: Question[Any]) -> Awaitable[Any]:
        return database.ask(question, within=30)  # type: ignore[no-any-return]

    theirs = await asked(lambda one: customers.identities(one, other))
    assert await asked(lambda one: saves.open_of_customer(one, theirs)), "tickets (QUE-3)"
    assert await asked(lambda one: callbacks.open_to(one, theirs)), "callbacks (CBK-1)"
    assert await asked(lambda one: do_not_call.why(one, other)) == "不要再打"
    assert await asked(lambda one: do_not_call.on_it(one, [other, "+8613700000000"])) == {other}
    async with desk.person(LEADER) as person:
        page = await person.get(f"/customers/{OTHER}")
    assert "不要再打" in page.text
    assert "张三丰" in page.text


async def test_a_number_has_one_customer(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        await _put(leader, OTHER, name="李四")
        answer = await leader.put(
            f"{API}/{OTHER}",
            json={
                "numbers": _numbers(OTHER, NUMBER),
                "seen": (await _known(leader, OTHER))["updated_at"],
            },
        )
        assert answer.status_code == 422
        assert "merge" in answer.json()["detail"]
        assert [each["number"] for each in (await _known(leader, OTHER))["numbers"]] == [OTHER]
    async with desk.person(LEADER) as person:
        seen = (await _known(person, OTHER))["updated_at"]
        page = await person.post(
            f"/customers/{OTHER}",
            data={
                "name": "李四",
                "numbers.0.number": OTHER,
                "numbers.4.number": NUMBER,
                "seen": seen,
            },
        )
        assert page.status_code == 422
        assert 'id="fault-numbers.1"' in page.text, "beside the row, which has moved up"
        faults = {"numbers.0.number": "abc", "contacts.0.post": "网管", "lines.0.address": "街"}
        page = await person.post(f"/customers/{OTHER}", data=faults | {"seen": seen})
        assert page.status_code == 422
        for row in ("contacts.0", "lines.0"):
            assert f'id="fault-{row}"' in page.text


async def test_the_form_keeps_all_parts_and_the_history_tells_who_changed_what(desk: Pages) -> None:
    typed = {
        "name": "某某公司",
        "sort": "dedicated",
        "numbers.0.number": OTHER,
        "numbers.0.label": "前台",
        "numbers.1.number": AT_WORK,
        "addresses.0.address": "滨江路 1 号",
        "lines.0.name": "CN2-0815",
        "lines.0.business": "数据通信",
        "contacts.0.name": "王经理",
        "contacts.0.number": "13700137000",
    }
    async with desk.person(LEADER) as person:
        answer = await person.post(f"/customers/{OTHER}", data=typed)
        assert answer.status_code == 303, answer.text
        kept = await _known(person, OTHER)
        assert kept["lines"] == [{"name": "CN2-0815", "business": "数据通信", "address": ""}]
        again = typed | {"name": "另一家公司", "seen": kept["updated_at"], "numbers.1.number": ""}
        assert (await person.post(f"/customers/{OTHER}", data=again)).status_code == 303
        late = await person.post(f"/customers/{OTHER}", data=again | {"name": "第三家"})
        assert late.status_code == 409
        assert "另一家公司" in late.text
        history = (await person.get(f"/customers/{OTHER}/history")).text
        for said in ("某某公司", "另一家公司", "01062345678"):
            assert said in history
        versions = (await person.get(f"{API}/{OTHER}/versions")).json()
    assert [each["name"] for each in versions] == ["另一家公司", "某某公司"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("三丰", 1),
        ("張三", 1),
        ("ＺＨＡＮＧ", 0),
        ("1234", 1),
        ("138 5678", 1),
        ("%", 0),
        ("_", 0),
        ("三 丰", 1),
        ("没有", 0),
    ],
)
async def test_customers_are_listed_by_words_anywhere(desk: Pages, words: str, found: int) -> None:
    async with desk.room.seated(LEADER) as leader:
        items = (await leader.get(API, params={"q": words})).json()["items"]
    assert len(items) == found
    async with desk.person(LEADER) as person:
        page = await person.get("/customers", params={"q": words})
    assert ("张三丰" in page.text) is bool(found)


async def _two(leader: httpx.AsyncClient) -> tuple[Any, Any]:
    """Two customers of one name, with all that can hang on one."""
    mine = await _known(leader, NUMBER)
    other = await _put(
        leader,
        OTHER,
        name="张三丰",
        sort="important",
        note="第二次登记",
        first_agent="1002",
        numbers=_numbers(OTHER, AT_WORK),
        addresses=[{"address": "滨江路"}],
        contacts=[{"name": "王经理", "number": "13700137000"}],
    )
    return mine, other


def _merging(mine: Any, other: Any) -> dict[str, object]:
    return {"other": other["id"], "seen": mine["updated_at"], "other_seen": other["updated_at"]}


async def test_two_who_are_one_are_offered_looked_at_merged_and_apart_again(desk: Pages) -> None:
    async with desk.person(LEADER) as person:
        mine, other = await _two(person)
        assert NUMBER in (await person.get("/customer-duplicates")).text
        assert f"merge?other={other['id']}" in (await person.get(f"/customers/{NUMBER}")).text
        look = await person.get(f"/customers/{NUMBER}/merge?other={other['id']}")
        assert look.status_code == 200
        assert "滨江路" in look.text
        done = await person.post(f"/customers/{NUMBER}/merge", data=_merging(mine, other))
        assert done.status_code == 303, done.text
        one = await _known(person, OTHER)
        assert one["id"] == mine["id"]
        assert one["sort"] == "important", "the sort with more weight (QUE-1)"
        assert one["first_agent"] == "1002"
        assert one["note"] == "电梯坏了走楼梯\n第二次登记"
        assert {each["number"] for each in one["numbers"]} == {NUMBER, OTHER, "01062345678"}
        page = await person.get(f"/customers/{AT_WORK}")
        assert "/customer-merges/1/undo" in page.text
        undone = await person.post("/customer-merges/1/undo", data={})
        assert undone.status_code == 303, undone.text
        again = [await _known(person, each) for each in (NUMBER, OTHER)]
        for before, after in zip((mine, other), again, strict=True):
            for name in ("id", "name", "sort", "note", "numbers", "contacts", "addresses"):
                assert before[name] == after[name], name
        twice = await person.post("/customer-merges/1/undo", data={})
        assert twice.status_code == 409
        assert 'role="alert"' in twice.text


async def test_a_merge_upon_something_older_changes_nothing(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        mine, other = await _two(leader)
        await _put(leader, OTHER, name="变了", seen=other["updated_at"])
        answer = await leader.post(f"{API}/{NUMBER}/merge", json=_merging(mine, other))
        assert answer.status_code == 409
        assert answer.json()["current"]["name"] == "变了"
        answer = await leader.post(f"{API}/{NUMBER}/merge", json=_merging(mine, mine))
        assert answer.status_code == 422
        assert (await _known(leader, OTHER))["id"] == other["id"]


async def test_of_two_merges_at_once_one_is_made(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        mine, other = await _two(leader)
        there = leader.post(f"{API}/{NUMBER}/merge", json=_merging(mine, other))
        back = leader.post(f"{API}/{OTHER}/merge", json=_merging(other, mine))
        answers = await asyncio.gather(there, back)
        assert min(each.status_code for each in answers) == 200
        assert sum(each.status_code == 200 for each in answers) == 1
        one = await _known(leader, NUMBER)
        assert {each["number"] for each in one["numbers"]} == {NUMBER, OTHER, "01062345678"}


async def test_what_was_written_after_a_merge_stays_when_it_is_undone(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        mine, other = await _two(leader)
        merge = (await leader.post(f"{API}/{NUMBER}/merge", json=_merging(mine, other))).json()
        one = await _known(leader, NUMBER)
        await _put(leader, NUMBER, name="张真人", note="新写的", seen=one["updated_at"])
        undo = f"/api/v1/customer-merges/{merge['id']}/undo"
        assert (await leader.post(undo)).status_code == 200
        mine = await _known(leader, NUMBER)
        assert (mine["name"], mine["note"]) == ("张真人", "新写的")
        assert [each["number"] for each in mine["numbers"]] == [NUMBER]
        assert mine["contacts"] == []
        assert mine["addresses"] == []


async def test_a_merge_is_undone_only_in_its_time_and_while_the_numbers_are_there(
    desk: Pages,
) -> None:
    async with desk.room.seated(LEADER) as leader:
        mine, other = await _two(leader)
        merge = (await leader.post(f"{API}/{NUMBER}/merge", json=_merging(mine, other))).json()
        undo = f"/api/v1/customer-merges/{merge['id']}/undo"
        one = await _known(leader, NUMBER)
        await _put(leader, NUMBER, numbers=_numbers(NUMBER), contacts=[], seen=one["updated_at"])
        await _put(leader, OTHER, name="新主人")
        answer = await leader.post(undo)
        assert answer.status_code == 409
        assert OTHER in answer.json()["detail"]
        assert (await _known(leader, OTHER))["name"] == "新主人"
        past = datetime.now(UTC) - timedelta(days=1)
        await desk.write(lambda each: each.execute(update(CustomerMergeRow).values(until=past)))
        answer = await leader.post(undo)
        assert answer.status_code == 409
        assert "until" in answer.json()["detail"]


async def test_pages_of_the_list_turn_and_a_foreign_cursor_is_the_first(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        for which in range(3):
            await _put(leader, f"1390000000{which}", name=f"客户{which}")
        first = (await leader.get(API, params={"limit": 2})).json()
        rest = (await leader.get(API, params={"limit": 2, "cursor": first["next"]})).json()
        assert len({each["id"] for each in (*first["items"], *rest["items"])}) == 4
    async with desk.person(LEADER) as person:
        assert (await person.get("/customers", params={"cursor": "xx"})).status_code == 303


async def test_nobody_is_alike_by_a_short_number(desk: Pages) -> None:
    async with desk.room.seated(LEADER) as leader:
        await _put(leader, "8001", name="")
        assert (await leader.get("/api/v1/customer-duplicates")).json() == []
    known = await desk.room.app.state.database.ask(
        lambda one: customers.customer(one, "8001"), within=30
    )
    assert known is not None
    assert known.own_numbers[0].number == "8001"
