"""However a number is written, it is one customer: by SIP, page, API, list; on both databases."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest_asyncio
from sqlalchemy.event import listen

from callflow.rules.routing import EVERYBODY, Queue
from callservice.routing import Router
from db.engine import engine
from features.accounts import queries as accounts
from floor.floor import Floor
from floor.screen_pop import Background, background
from ledger.importer import JournalImporter
from ledger.journal import Journals
from permissions.roles import Role
from tests.integration.campaign_desk import LISTS, REFUSED
from tests.integration.desk_room import NUMBERS
from tests.integration.ledger_room import JOURNALS, NOW, catch_up
from tests.integration.page_room import Pages, Seen, pages
from tests.numbers import CHINA, known_as
from tests.unit.scripted_journal import CALL, Telling
from tests.unit.test_floor_live_state import JOINS, OFFERS, agent, at

CUSTOMER = "+8613800138000"
SPELLINGS = (
    "13800138000",
    "+8613800138000",
    "008613800138000",
    "013800138000",
    "138-0013-8000",
    "１３８００１３８０００",
)
NOBODYS = ("", "anonymous", "Anonymous", "alice", "0110", "1" * 30, "📞")
JUNIOR = Role.JUNIOR_AGENT


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def leader(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.TEAM_LEADER) as client:
        client.headers["Accept"] = "*/*"
        yield client


async def _call(desk: Pages, folder: Path, *numbers: str) -> list[str]:
    """Have the ledger keep a call of each of these numbers; return the calls' ids."""
    made = engine(desk.room.settings.database)
    importer = JournalImporter(made, Journals(folder, {}), desk.room.settings.number_plan)
    ids = []
    for number in numbers:
        told = Telling(
            call=str(uuid.uuid4()), linkedid=f"trk-1795296635.{uuid.uuid4().int % 10**9}"
        )
        told.rings(number=number, name="", ref=number)
        told.is_answered()
        told.hangs_up(5.0)
        with (folder / "cel.csv").open("a") as file:
            file.writelines(f"{line}\n" for line in told.cel)
        ids.append(told.call)
    assert JOURNALS[0] == "cel.csv"
    assert CALL not in ids
    await catch_up(importer, NOW)
    await made.dispose()
    return ids


async def _pop(desk: Pages, call: str, number: str) -> Background:
    asking = desk.room.app.state.database
    found: Background = await asking.ask(lambda one: background(one, call, number, CHINA), within=5)
    return found


def _path(number: str) -> str:
    return f"/customers/{quote(number, safe='')}"


async def test_calls_of_one_customer_are_found_by_every_spelling(
    desk: Pages, leader: httpx.AsyncClient, tmp_path: Path
) -> None:
    ids = await _call(desk, tmp_path, *SPELLINGS)
    assert (await leader.post(f"/api/v1/calls/{ids[3]}/ticket")).is_success
    for asked in SPELLINGS:
        found = (await leader.get("/api/v1/calls", params={"number": asked})).json()["items"]
        assert {one["id"] for one in found} == set(ids), asked
        assert {one["number"] for one in found} == set(SPELLINGS), "each as it was sent"
        shown = Seen((await leader.get("/calls", params={"q": asked})).text).text
        assert [one for one in SPELLINGS if one not in shown] == [], asked
        tickets = (await leader.get("/api/v1/tickets", params={"number": asked})).json()["items"]
        assert [one["call_id"] for one in tickets] == [ids[3]], asked
        recordings = await leader.get("/api/v1/recordings", params={"number": asked})
        assert recordings.json()["items"] == []
    for piece in ("13800138", "0138000", "8000"):
        found = (await leader.get("/api/v1/calls", params={"piece": piece})).json()["items"]
        assert {one["id"] for one in found} == set(ids), piece


async def test_a_pop_asks_once_by_which_numbers_a_customer_is_known(
    desk: Pages, leader: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Each question is a turn in a thread or on a network while the phone is about to ring."""
    known = {"name": "张先生", "sort": "normal", "seen": None}
    assert (await leader.put(f"/api/v1{_path(CUSTOMER)}", json=known)).is_success
    [call] = await _call(desk, tmp_path, SPELLINGS[0])
    made = engine(desk.room.settings.database)
    asked: list[str] = []
    listen(made.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    async with made.connect() as connection:
        found = await background(connection, call, SPELLINGS[0], CHINA)
    await made.dispose()
    assert found.customer is not None
    assert found.call is not None
    by_whom = [each for each in asked if "customer_numbers" in each]
    assert len(by_whom) == 2, by_whom  # who it is, and the customer's numbers
    assert len([each for each in asked if each.startswith("SELECT")]) <= 7, asked


async def test_a_customer_who_was_kept_in_one_spelling_is_there_in_all(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    for turn, kept in enumerate(SPELLINGS):
        before = await leader.get(f"/api/v1{_path(kept)}")
        seen = before.json()["updated_at"] if before.status_code == 200 else None
        known = {"name": f"张三{turn}", "sort": "large", "seen": seen}
        put = await leader.put(f"/api/v1{_path(kept)}", json=known)
        assert (put.status_code, put.json()["number"]) == (200, "13800138000")
        for asked in SPELLINGS:
            answer = (await leader.get(f"/api/v1{_path(asked)}")).json()
            assert (answer["name"], answer["number"]) == (f"张三{turn}", "13800138000"), asked
            sent = await leader.get("/customers", params={"number": asked})
            assert (sent.status_code, sent.headers["location"]) == (303, _path("13800138000"))
    async with desk.person(Role.TEAM_LEADER) as person:
        seen = (await leader.get(f"/api/v1{_path(SPELLINGS[0])}")).json()["updated_at"]
        csrf = {"csrf": "c" * 43, "sort": "important", "name": "李四", "note": "", "area": ""}
        csrf["seen"] = seen
        saved = await person.post(_path("008613800138000"), data=csrf)
        assert saved.status_code == 303, saved.text
        page = await person.get(_path("013800138000"))
    assert "李四" in page.text
    assert (await leader.get(f"/api/v1{_path('+8613800138000')}")).json()["sort"] == "important"


async def test_looks_at_a_customer_are_found_by_every_spelling(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    for asked in SPELLINGS:
        await leader.get(f"/api/v1{_path(asked)}")
    await desk.room.app.state.database.settled()
    async with desk.person(Role.ADMINISTRATOR) as person:
        for asked in SPELLINGS:
            page = Seen((await person.get("/audit", params={"subject": asked})).text)
            assert page.text.count("13800138000") >= len(SPELLINGS), asked


async def test_what_was_promised_in_one_spelling_is_due_to_the_customer(
    desk: Pages, tmp_path: Path
) -> None:
    [call] = await _call(desk, tmp_path, SPELLINGS[2])
    async with desk.room.seated(Role.SENIOR_AGENT) as agent:
        made = [
            (await agent.post("/api/v1/callbacks", json={"number": one, "minutes": 30})).json()
            for one in SPELLINGS
        ]
        assert len({one["id"] for one in made}) == 1, "the key was pressed again and again"
        of_call = await agent.post("/api/v1/callbacks", json={"call_id": call, "minutes": 90})
        assert of_call.json()["number"] == "13800138000"
        for asked in SPELLINGS:
            found = await agent.get("/api/v1/callbacks", params={"number": asked})
            assert len(found.json()["items"]) == 2, asked
            page = await agent.get(_path(asked))
            assert page.status_code == 200
        for nobody in ("alice", ""):
            refused = await agent.post("/api/v1/callbacks", json={"number": nobody})
            assert refused.status_code == 422, nobody


async def test_the_page_of_an_agent_knows_the_caller_in_every_spelling(
    desk: Pages, leader: httpx.AsyncClient, tmp_path: Path
) -> None:
    await leader.put(f"/api/v1{_path(SPELLINGS[0])}", json={"name": "张三", "sort": "large"})
    ids = await _call(desk, tmp_path, *SPELLINGS)
    ticket = (await leader.post(f"/api/v1/calls/{ids[0]}/ticket")).json()["number"]
    async with desk.room.seated(JUNIOR) as agent:
        await agent.post("/api/v1/callbacks", json={"number": SPELLINGS[1]})
    for which, number in enumerate(SPELLINGS):
        for sent in (number, ""):  # by Asterisk's event, or by the row alone
            found = await _pop(desk, ids[which], sent)
            assert found.customer is not None, number
            assert (found.customer.name, found.customer.identity) == ("张三", CUSTOMER)
            assert found.call is not None
            assert found.call.id == ids[which]
            assert {one.id for one in found.calls} == set(ids) - {ids[which]}
            assert [one.number for one in found.tickets] == [ticket]
            assert len(found.callbacks) == 1


async def test_a_large_customer_goes_to_a_senior_in_every_spelling(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    await leader.put(f"/api/v1{_path(SPELLINGS[4])}", json={"name": "长江燃气", "sort": "large"})
    made = engine(desk.room.settings.database)
    router = Router(made, CHINA)
    await router.warm_up()
    for number in SPELLINGS:
        assert (await router.route(number)).queue is Queue.SENIOR, number
    for number in NOBODYS:
        assert await router.route(number) == EVERYBODY, number
    await made.dispose()


async def test_who_is_not_to_be_called_is_not_in_any_spelling(
    desk: Pages, leader: httpx.AsyncClient
) -> None:
    for put, deleted in zip(SPELLINGS[:5], SPELLINGS[1:5] + SPELLINGS[:1], strict=True):
        added = await leader.put(f"{REFUSED}/{quote(put)}", json={"why": "客户要求"})
        assert added.status_code == 200, put
        found = await _brought(leader, *SPELLINGS)
        assert [one["line"] for one in found["do_not_call"]] == [2], put
        assert [(one["line"], one["first"]) for one in found["twice"]] == [
            (line, 2) for line in range(3, 8)
        ]
        assert "客户要求" in (await leader.get(_path(deleted))).text
        assert (await leader.delete(f"{REFUSED}/{quote(deleted)}")).status_code == 204, deleted
    assert (await leader.get(REFUSED)).json() == []
    assert (await _brought(leader, *SPELLINGS))["callable"] == 1


async def _brought(client: httpx.AsyncClient, *numbers: str) -> dict[str, Any]:
    content = "\n".join(["电话", *numbers]).encode()
    answer = await client.post(LISTS, content=content, params={"name": "x.csv"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_who_serves_a_customer_finds_the_calls_of_every_spelling(
    desk: Pages, tmp_path: Path
) -> None:
    """Calls of a junior agent's are those of the customer who rings (SEC-1)."""
    ids = await _call(desk, tmp_path, *SPELLINGS)
    anonymous = await _call(desk, tmp_path, "anonymous")
    floor = desk.room.app.state.floor
    async with desk.person(JUNIOR) as junior:
        known = await desk.room.app.state.database.ask(
            lambda one: accounts.by_number(one, NUMBERS[JUNIOR]), within=5
        )
        account = known.id
        for sent in SPELLINGS:
            _rings(floor, account, sent)
            for which in ids:
                assert (await junior.get(f"/calls/{which}")).status_code == 200, (sent, which)
            found = (await junior.get("/api/v1/calls")).json()["items"]
            assert {one["id"] for one in found} == set(ids), sent
        _rings(floor, account, "anonymous")
        for which in (*ids, *anonymous):
            assert (await junior.get(f"/calls/{which}")).status_code == 404, "hides the number"


def _rings(floor: Floor, account: int, number: str) -> None:
    """Have an agent's phone ring for a number, as far as the floor knows."""
    state = floor.live_state
    state.at_work([replace(agent(), account_id=account)])
    offers = replace(OFFERS, party_number=number)
    state.offers.clear()
    state.heard(JOINS, at(0))
    state.heard(offers, at(1))


async def test_who_hides_the_number_or_sends_none_is_nobody(
    desk: Pages, leader: httpx.AsyncClient, tmp_path: Path
) -> None:
    ids = await _call(desk, tmp_path, *NOBODYS, *NOBODYS)
    for which, number in enumerate(NOBODYS):
        assert known_as(number) == ""
        answer = await leader.post(f"/api/v1/calls/{ids[which]}/ticket")
        assert answer.is_success
        found = await _pop(desk, ids[which], number)
        nothing = replace(found, ticket=None)
        assert nothing == Background(), "strangers who hide are not each other"
        assert found.ticket == answer.json()["number"]
        if number:
            refused = await leader.put(f"/api/v1{_path(number)}", json={"name": "x"})
            assert refused.status_code == 422, number
    seen = (await leader.get("/api/v1/calls", params={"number": "alice"})).json()["items"]
    assert {one["id"] for one in seen} == {ids[3], ids[3 + len(NOBODYS)]}, "found as it was sent"
