"""What anybody may bring to the desk at once: bodies, pages; and whom a proxy speaks for."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from authentication import cookie
from authentication.lockout import FREE_FAILURES
from db.bounded import Database
from edge import request_bodies
from features.accounts import queries as accounts
from floor.streams import OF_ONE_PERSON
from permissions.roles import Role
from tests.integration.desk_asking import ask, seated
from tests.integration.desk_room import NUMBERS, PASSWORD, Room
from web import live
from web.edge import Edge

SELF = "/api/v1/session"
NESTED = [b"[" * 60_000, b'{"a":' * 12_000, b"[" * 30_000 + b"]" * 30_000, b"9" * 60_000]


@pytest.mark.parametrize("body", NESTED, ids=["lists", "objects", "closed", "a long number"])
async def test_what_is_nested_without_end_is_one_sentence(small_desk: Room, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with small_desk.client(Role.TEAM_LEADER) as leader, small_desk.client() as stranger:
        answer = await leader.put("/api/v1/outage", content=body, headers=headers)
        assert answer.status_code in {400, 422}
        answer = await stranger.post(SELF, content=body, headers=headers)
        assert answer.status_code in {400, 422}
        assert len(answer.content) < 1000


async def test_strangers_bodies_share_a_small_room(
    small_desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of households is taken in before it is known who brings it."""
    monkeypatch.setattr(request_bodies, "OF_STRANGERS", 1_000_000)
    ends = asyncio.Event()

    async def much() -> AsyncIterator[bytes]:
        yield b'{"text": "' + b"x" * 600_000
        await ends.wait()
        yield b'"}'

    where = "/api/v1/incidents/1/list"
    async with small_desk.client() as strangers:
        first = asyncio.create_task(strangers.post(where, content=much()))
        second = asyncio.create_task(strangers.post(where, content=much()))
        done, _ = await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
        assert [each.result().status_code for each in done] == [503]
        ends.set()
        assert {(await first).status_code, (await second).status_code} == {401, 503}
        assert (await strangers.post(where, content=b'{"text": "x"}')).status_code == 401


async def test_an_eleventh_page_of_one_person_is_refused_with_a_sentence(
    small_desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REFUSED_AFTER_S", 0.0)
    floor = small_desk.app.state.floor
    account = await _account_of(small_desk, Role.TEAM_LEADER)
    pages = [
        floor.open(account_id=account, role=Role.TEAM_LEADER, page=f"floor-{number}")
        for number in range(OF_ONE_PERSON)
    ]
    refused = await ask(small_desk, "GET", "/live?page=floor-new", seated(Role.TEAM_LEADER))
    assert refused.status == 429
    assert refused.headers["retry-after"] == "10"
    assert "too many pages" in json.loads(refused.text)["detail"]
    again = await ask(small_desk, "GET", "/live?page=floor-3", seated(Role.TEAM_LEADER))
    assert again.status == 200, "a page that comes back takes its own place"
    other = await ask(small_desk, "GET", "/live?page=floor-new", seated(Role.MANAGER))
    assert other.status == 200
    for page in pages:
        floor.close(page)


async def _account_of(desk: Room, role: Role) -> int:
    database: Database = desk.app.state.database
    number = NUMBERS[role]
    found = await database.ask(lambda each: accounts.by_number(each, number), within=5)
    assert found is not None
    return found.id


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),  # what a stranger put before it
        ("203.0.113.9, 192.0.2.5", "203.0.113.9"),  # by way of two proxies of ours
        ("2001:db8::7", "2001:db8::7"),
        ("unknown", "192.0.2.5"),
        ("203.0.113.9, nonsense", "192.0.2.5"),
        ("", "192.0.2.5"),
    ],
)
async def test_a_proxy_of_ours_is_believed_whom_it_speaks_for(
    small_desk: Room, said: str, whose: str
) -> None:
    _behind(small_desk, "192.0.2.5")
    async with small_desk.client(address="192.0.2.5") as proxy:
        await proxy.post(
            SELF,
            json={"number": NUMBERS[Role.MANAGER], "password": PASSWORD},
            headers={"X-Forwarded-For": said},
        )
        assert (await proxy.get("/api/v1/sessions")).json()["items"][0]["address"] == whose


async def test_nobody_else_is_believed(small_desk: Room) -> None:
    _behind(small_desk, "192.0.2.5")
    headers = {"X-Forwarded-For": "127.0.0.1"}
    async with small_desk.client(address="192.0.2.66") as stranger:
        assert (await stranger.get("/health", headers=headers)).status_code == 401
        given = {"number": NUMBERS[Role.MANAGER], "password": PASSWORD}
        await stranger.post(SELF, json=given, headers=headers)
        assert (await stranger.get("/api/v1/sessions")).json()["items"][0]["address"] == (
            "192.0.2.66"
        )


async def test_who_comes_through_a_proxy_on_this_machine_is_not_at_this_machine(
    small_desk: Room,
) -> None:
    _behind(small_desk, "127.0.0.1")
    async with small_desk.client() as proxy:
        far = {"X-Forwarded-For": "203.0.113.9"}
        assert (await proxy.get("/metrics", headers=far)).status_code == 401
        assert (await proxy.get("/metrics")).status_code == 200  # Prometheus, on this machine


async def test_people_behind_a_proxy_of_ours_do_not_pay_for_each_others_guesses(
    small_desk: Room,
) -> None:
    _behind(small_desk, "192.0.2.5")
    guess = {"number": NUMBERS[Role.MANAGER], "password": "not-the-password"}
    async with small_desk.client(address="192.0.2.5") as proxy:
        for _ in range(FREE_FAILURES + 2):
            bad = await proxy.post(SELF, json=guess, headers={"X-Forwarded-For": "203.0.113.66"})
        assert bad.status_code == 429
        good = {**guess, "password": PASSWORD}
        let_in = await proxy.post(SELF, json=good, headers={"X-Forwarded-For": "203.0.113.7"})
        assert let_in.status_code == 201


def _behind(desk: Room, proxies: str) -> None:
    desk.app.state.settings = desk.settings.model_copy(update={"desk_proxies": proxies})


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_whose_turn_does_not_come_reads_a_sentence_and_who_is_known_waits_for_nobody(
    small_desk: Room, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    monkeypatch.setattr("authentication.admission.A_SECOND", 1e6)
    async with small_desk.client() as browser:
        known = {"cookie": f"{cookie.NAME}=session-{Role.SENIOR_AGENT.value}"}
        unknown = {"cookie": f"{cookie.NAME}=forged", "accept": accept}
        assert (await browser.get(SELF, headers=known)).status_code == 200
        edge: Edge = browser._transport.app  # type: ignore[attr-defined]
        ends = [await edge._admission.queue_for("forged").begin() for _ in range(6)]
        waiting = [
            asyncio.create_task(edge._admission.queue_for("forged").begin()) for _ in range(300)
        ]
        await asyncio.sleep(0)
        refused = await browser.get("/calls", headers=unknown)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "2"
        assert "try again in two seconds" in refused.text
        assert ("请两秒后再试" in refused.text) == (accept == "text/html")
        assert (await browser.get(SELF, headers=known)).status_code == 200
        for end in ends:
            end()
        for each in waiting:
            (await each)()
        assert (await browser.get("/calls", headers=unknown)).status_code in {303, 401}
