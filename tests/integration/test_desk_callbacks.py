"""Callbacks in the API and on their page (CBK-1), on both databases."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import engine
from features.callbacks.tables import CallbackRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, Room, call_id
from web import change_feed
from web.registration import features

CUSTOMER = "13912345678"
JUNIOR = Role.JUNIOR_AGENT


async def _callbacks(desk: Room, **more: Any) -> dict[str, Any]:
    wanted = {"number": CUSTOMER, "minutes": 30, **more}
    async with desk.seated(JUNIOR) as agent:
        return dict((await agent.post("/api/v1/callbacks", json=wanted)).json())


async def _becomes(desk: Room, **values: object) -> None:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(CallbackRow).values(**values))
    await made.dispose()


async def test_an_agents_callback_is_called_a_minute_before_it_is_due(desk: Room) -> None:
    made = await _callbacks(desk)
    due, next_at = (datetime.fromisoformat(made[name]) for name in ("due_at", "next_at"))
    assert due - next_at == timedelta(seconds=60)
    assert (made["tries"], made["asked"], made["found"]) == (0, 0, False)


async def test_with_the_answer_it_is_called_now(desk: Room) -> None:
    made = await _callbacks(desk)
    path = f"/api/v1/callbacks/{made['id']}/call"
    async with desk.seated(JUNIOR) as agent:
        called = (await agent.post(path)).json()
        again = await agent.post(path)
        assert (await agent.post("/api/v1/callbacks/9999/call")).status_code == 404
    assert (called["found"], again.status_code) == (True, 200)
    assert datetime.fromisoformat(called["next_at"]) <= datetime.now(UTC)


async def test_a_key_that_is_pressed_twice_makes_one_callback(desk: Room) -> None:
    for wanted in ({"call_id": call_id(1)}, {}):
        both = await asyncio.gather(*(_callbacks(desk, **wanted) for _ in range(4)))
        assert len({made["id"] for made in both}) == 1
        other = await _callbacks(desk, minutes=120, **wanted)
        assert other["id"] != both[0]["id"], "another time is another callback"


async def test_what_was_promised_and_kept_can_be_promised_again(desk: Room) -> None:
    made = await _callbacks(desk)
    async with desk.seated(JUNIOR) as agent:
        await agent.patch(f"/api/v1/callbacks/{made['id']}", json={"state": "completed"})
    assert (await _callbacks(desk))["id"] != made["id"]


async def test_a_form_that_is_sent_twice_makes_one_callback(desk: Room, built_pages: None) -> None:
    form = {"number": CUSTOMER, "minutes": "30", "note": "", "csrf": CSRF}
    async with desk.seated(JUNIOR) as agent:
        for _ in range(2):
            assert (await agent.post("/callbacks", data=form)).status_code == 303
        assert len((await agent.get("/api/v1/callbacks")).json()["items"]) == 1


@pytest.mark.parametrize("state", ["completed", "cancelled"])
async def test_what_is_settled_is_not_called(desk: Room, state: str) -> None:
    made = await _callbacks(desk)
    path = f"/api/v1/callbacks/{made['id']}"
    async with desk.seated(JUNIOR) as agent:
        assert (await agent.patch(path, json={"state": state})).json()["next_at"] is None
        assert (await agent.post(f"{path}/call")).status_code == 409


async def test_two_who_talk_are_not_cut_off(desk: Room) -> None:  # SIL-6
    made = await _callbacks(desk)
    await _becomes(desk, state="talking", next_at=None)
    async with desk.seated(JUNIOR) as agent:
        path = f"/api/v1/callbacks/{made['id']}"
        assert (await agent.patch(path, json={"state": "cancelled"})).status_code == 409


@pytest.mark.sqlite_first
@pytest.mark.parametrize("state", ["open", "ringing", "talking", "failed", "unknown"])
async def test_a_program_cannot_make_one_what_it_is_not(desk: Room, state: str) -> None:
    made = await _callbacks(desk)
    async with desk.seated(JUNIOR) as agent:
        answer = await agent.patch(f"/api/v1/callbacks/{made['id']}", json={"state": state})
    assert (answer.status_code, "completed" in answer.text) == (422, True)


async def test_the_page_callbacks_calls_and_settles(desk: Room, built_pages: None) -> None:
    form = {"number": "139 1234-5678", "minutes": "120", "note": "<b>查</b>", "csrf": CSRF}
    async with desk.seated(JUNIOR) as agent:
        assert (await agent.post("/callbacks", data=form)).status_code == 303
        shown = (await agent.get("/callbacks")).text
        assert "&lt;b&gt;查&lt;/b&gt;" in shown
        assert 'data-alarms="0"' in shown
        [made] = (await agent.get("/api/v1/callbacks")).json()["items"]
        assert (made["number"], made["by"]) == (CUSTOMER, NUMBERS[JUNIOR])
        for what, state, status in (
            ("call", "open", 303),
            ("completed", "completed", 303),
            ("cancel", "completed", 409),
        ):
            answer = await agent.post(f"/callbacks/{made['id']}/{what}", data={"csrf": CSRF})
            assert answer.status_code == status
            [row] = (await agent.get("/api/v1/callbacks")).json()["items"]
            assert row["state"] == state
        assert "来不及了" in answer.text
        assert (await agent.get("/callbacks?saved=<b>")).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"number": ""}, "请写客户的电话号码"),
        ({"number": "8001;Dial"}, "请写客户的电话号码"),
        ({"minutes": "0"}, "请选择时限"),
        ({"note": "长" * 400}, "太长"),
    ],
)
async def test_what_was_typed_wrongly_is_said_beside_the_field(
    desk: Room, built_pages: None, wrong: dict[str, str], says: str
) -> None:
    form = {"number": CUSTOMER, "minutes": "30", "note": "", "csrf": CSRF, **wrong}
    async with desk.seated(JUNIOR) as agent:
        answer = await agent.post("/callbacks", data=form)
        assert (await agent.get("/api/v1/callbacks")).json()["items"] == []
    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"state": "failed", "next_at": None},
        {"state": "unknown", "next_at": None},
    ],
)
async def test_what_is_late_or_undecided_stands_first_and_shouts(
    desk: Room, built_pages: None, values: dict[str, object]
) -> None:
    await _callbacks(desk)
    await _becomes(desk, **values)
    await _callbacks(desk, number="13812345678")
    async with desk.seated(Role.TEAM_LEADER) as leader:
        shown = (await leader.get("/callbacks")).text
    assert 'data-alarms="1"' in shown
    assert shown.index(CUSTOMER) < shown.index("13812345678")


async def test_a_customers_page_has_the_callback_at_one_click(
    desk: Room, built_pages: None
) -> None:
    async with desk.seated(JUNIOR) as agent:
        shown = (await agent.get(f"/customers/{CUSTOMER}")).text
        assert 'action="/callbacks"' in shown
        form = {"number": CUSTOMER, "minutes": "30", "csrf": CSRF}
        assert (await agent.post("/callbacks", data=form)).status_code == 303
        assert "没有未兑现的回电" not in (await agent.get(f"/customers/{CUSTOMER}")).text


@pytest.mark.sqlite_first
async def test_open_pages_are_told_when_a_callback_is_late(desk: Room) -> None:
    await _callbacks(desk)
    floor = desk.app.state.floor
    stream = floor.open(account_id=None, role=Role.SWITCHBOARD, page="callbacks-1")
    other = floor.open(account_id=None, role=Role.INSPECTOR, page="calls-1")
    while not (stream.waiting.empty() and other.waiting.empty()):
        for each in (stream, other):
            if not each.waiting.empty():
                each.waiting.get_nowait()
    page_events = asyncio.create_task(
        change_feed.watch(features()["callbacks"].change_feeds[0], desk.app.state.database, floor)
    )
    first = await asyncio.wait_for(stream.waiting.get(), 10)
    assert (first.event, json.loads(first.data)) == ("callbacks", {"alarms": 0})
    await _becomes(desk, due_at=datetime.now(UTC) - timedelta(seconds=1))
    second = await asyncio.wait_for(stream.waiting.get(), 10)
    assert json.loads(second.data) == {"alarms": 1}
    assert other.waiting.empty()
    page_events.cancel()


NEVER = ("+85221234567", "0016505551234", "110", "010110", "16812345", "01016812345", "95588")


@pytest.mark.sqlite_first
@pytest.mark.parametrize("number", NEVER)
async def test_nobody_is_promised_a_call_that_the_guard_would_refuse(
    desk: Room, number: str, built_pages: None
) -> None:
    async with desk.seated(JUNIOR) as agent:
        refused = await agent.post("/api/v1/callbacks", json={"number": number})
        typed = {"csrf": CSRF, "number": number, "minutes": "30", "note": ""}
        page = await agent.post("/callbacks", data=typed, headers={"accept": "text/html"})
        kept = (await agent.get("/api/v1/callbacks")).json()["items"]
    assert (refused.status_code, page.status_code) == (422, 422)
    assert "THIRDRING_DIAL_ALLOWED" in page.text
    assert kept == []


async def test_what_the_house_allows_is_promised(desk: Room) -> None:
    allowed = desk.settings.model_copy(update={"dial_allowed": "home,+852@09:00-10:00"})
    desk.app.state.settings = allowed
    assert (await _callbacks(desk, number="+85221234567"))["number"]
