"""A request with a key may be sent again, whatever became of its answer: it is done once."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import DatabaseTimeoutError
from features.idempotency import queries
from features.idempotency.requests import API, HEADER, REPLAYED
from features.idempotency.tables import IdempotencyKeyRow
from features.tickets.tables import TicketRow
from permissions.roles import Role
from permissions.routes import POLICY
from tests.integration.desk_room import CALLS, NUMBER, Room
from web.app import wired

PATH = "/api/v1/ticket-intakes"
ASKED = {
    "channel": "letter",
    "body": "账单不对",
    "customer_number": NUMBER,
    "received_at": "2026-11-21T09:30:00+08:00",
}


async def ask(
    desk: Room, key: str = "k-1", role: Role = Role.TEAM_LEADER, **body: Any
) -> httpx.Response:
    async with desk.client(role) as program:
        return await program.post(PATH, json=ASKED | body, headers={HEADER: key})


async def made(desk: Room) -> int:
    """Return how many tickets were opened."""
    count = select(func.count()).select_from(TicketRow)

    async def asked(connection: AsyncConnection) -> int:
        return int((await connection.execute(count)).scalar_one())

    found: int = await desk.app.state.database.ask(asked, within=20)
    return found - CALLS


async def write(desk: Room, statement: Any) -> None:
    async def change(connection: AsyncConnection) -> None:
        await connection.execute(statement)

    await desk.app.state.database.write(change, within=20)


async def test_the_same_request_again_has_the_same_answer_and_makes_nothing(desk: Room) -> None:
    first, again = await ask(desk), await ask(desk)
    assert first.status_code == 201, first.text
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert await made(desk) == 1
    other = await ask(desk, "k-2")
    assert other.json()["number"] != first.json()["number"]
    assert await made(desk) == 2


async def test_a_key_with_another_request_is_refused(desk: Room) -> None:
    await ask(desk)
    other = await ask(desk, body="另一封")
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert await made(desk) == 1


async def test_keys_belong_to_who_sends_them(desk: Room) -> None:
    first = await ask(desk)
    other = await ask(desk, role=Role.SENIOR_AGENT)
    assert (first.status_code, other.status_code) == (201, 201)
    async with desk.seated(Role.TEAM_LEADER) as person:
        sent = await person.post(PATH, json=ASKED, headers={HEADER: "k-1"})
    assert sent.status_code == 201
    assert await made(desk) == 3


async def test_of_many_who_ask_at_once_with_one_key_one_makes_something(desk: Room) -> None:
    answers = await asyncio.gather(*(ask(desk) for _ in range(8)))
    assert await made(desk) == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.json()["number"] for each in answers if each.status_code == 201}) == 1
    for each in answers:
        if each.status_code == 409:
            assert each.headers["Retry-After"] == "1"
    assert (await ask(desk)).status_code == 201


async def test_what_was_refused_may_be_put_right_and_sent_with_the_same_key(desk: Room) -> None:
    assert (await ask(desk, channel="pigeon")).status_code == 422
    async with desk.client(Role.INSPECTOR) as program:
        refused = await program.post(PATH, json=ASKED, headers={HEADER: "k-1"})
    assert refused.status_code == 403
    assert (await ask(desk)).status_code == 201
    assert await made(desk) == 1


async def test_an_answer_that_was_lost_is_said_to_be_and_nothing_is_made_twice(
    desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = queries.answered

    async def killed(*_: Any, **__: Any) -> None:
        raise DatabaseTimeoutError  # the same rows as after a kill in this moment

    monkeypatch.setattr(queries, "answered", killed)
    assert (await ask(desk)).status_code == 201
    monkeypatch.setattr(queries, "answered", kept)
    soon = await ask(desk)
    assert (soon.status_code, soon.headers["Retry-After"]) == (409, "1")
    before = datetime.now(UTC) - timedelta(minutes=5)
    await write(desk, update(IdempotencyKeyRow).values(at=before))
    later = await ask(desk)
    assert (later.status_code, "Retry-After" in later.headers) == (409, False)
    assert "its answer is not kept" in later.json()["detail"]
    assert await made(desk) == 1


async def test_what_is_made_and_its_key_are_one_transaction(
    desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = queries.claim

    async def dies(*args: Any, **given: Any) -> bool:
        await claim(*args, **given)
        raise OSError("killed")

    monkeypatch.setattr(queries, "claim", dies)
    assert (await ask(desk)).status_code == 503
    monkeypatch.setattr(queries, "claim", claim)
    assert await made(desk) == 0
    assert (await ask(desk)).status_code == 201


async def test_another_home_opens_no_answer_and_makes_nothing_twice(desk: Room) -> None:
    await ask(desk)
    sealed = update(IdempotencyKeyRow).values(answer="gAAAAA-of-another-home")
    await write(desk, sealed)
    assert (await ask(desk)).status_code == 409
    assert await made(desk) == 1


async def test_nothing_of_an_answer_lies_open_in_the_database(small_desk: Room) -> None:
    async with small_desk.client(Role.ADMINISTRATOR) as program:
        headers = {HEADER: "hook"}
        body = {"name": "CRM", "url": "https://crm.example.com/"}
        first = await program.post("/api/v1/webhooks", json=body, headers=headers)
        again = await program.post("/api/v1/webhooks", json=body, headers=headers)
    secret = first.json()["secret"]
    assert again.json()["secret"] == secret
    await small_desk.app.state.database.settled()
    home: Path = small_desk.settings.home
    with sqlite3.connect(home / "thirdring.db") as database:
        assert secret not in "\n".join(database.iterdump())


async def test_a_key_is_forgotten_after_its_time(desk: Room) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    row = {"owner": "token 1", "asked": "0" * 64, "status": None, "answer": ""}
    await write(desk, insert(IdempotencyKeyRow).values(row | {"key": "old", "at": long_ago}))
    await ask(desk)
    before = datetime.now(UTC) - timedelta(hours=24)
    database = desk.app.state.database
    await database.write(lambda one: queries.forget(one, before=before), within=20)

    async def keys(connection: AsyncConnection) -> list[str]:
        return list((await connection.execute(select(IdempotencyKeyRow.key))).scalars())

    assert await database.ask(keys, within=20) == ["k-1"]


@pytest.mark.parametrize("key", ["", "x" * 101, "a\tb"])
async def test_a_key_that_is_none_is_refused(small_desk: Room, key: str) -> None:
    assert (await ask(small_desk, key)).status_code == 422
    assert await made(small_desk) == 0


def test_every_post_of_the_api_is_documented_to_take_a_key() -> None:
    paths = wired().openapi()["paths"]
    for method, path in POLICY:
        if method == "POST" and path.startswith(API):
            names = [each["name"] for each in paths[path]["post"]["parameters"]]
            assert names.count(HEADER) == 1, path
