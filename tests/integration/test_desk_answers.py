"""What the API answers: calls, events, tickets, recordings, the notice, and how it refuses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from db.engine import engine
from edge import request_bodies
from features.accounts import tokens
from permissions.roles import Role, sees_numbers
from tests.integration.desk_room import (
    CALLS,
    NAME,
    NUMBER,
    Room,
    audit_entries,
    call_id,
    recording_id,
    ticket_number,
)
from web.edge import HEADERS

AUDIO_PATH = f"/api/v1/recordings/{recording_id(1)}/audio"


async def test_calls_come_newest_first_and_page_by_page(desk: Room) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = (await desk.get("/api/v1/calls", params={"limit": 2, **cursor})).json()
        seen += [call["id"] for call in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == [call_id(which) for which in range(1, CALLS + 1)]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"ref": "R-3"}, [3]),
        ({"agent": "8001"}, [2]),
        ({"disposition": "agent"}, [2]),
        ({"number": NUMBER}, [1, 2, 3, 4, 5]),
        ({"number": "138"}, []),
        ({"since": "2026-11-21T11:57:00+08:00"}, [1, 2, 3]),
        ({"until": "2026-11-21T03:57:00Z"}, [4, 5]),
        ({"since": "2026-11-21T03:56:00Z", "until": "2026-11-21T03:57:30Z"}, [3, 4]),
    ],
)
async def test_calls_are_found(desk: Room, filters: dict[str, str], wanted: list[int]) -> None:
    answer = await desk.get("/api/v1/calls", params=filters)
    assert [call["id"] for call in answer.json()["items"]] == [call_id(each) for each in wanted]


async def test_one_call_comes_with_all_that_belongs_to_it(desk: Room) -> None:
    call = (await desk.get(f"/api/v1/calls/{call_id(1)}")).json()
    assert (call["ref"], call["number"], call["name"]) == ("R-1", NUMBER, NAME)
    assert call["answered"] == "2026-11-21T03:59:01Z"
    assert [each["id"] for each in call["recordings"]] == [recording_id(1)]
    assert [each["number"] for each in call["tickets"]] == [ticket_number(1)]
    assert [each["why"] for each in call["gaps"]] == ["crash"]


async def test_what_happened_in_a_call_comes_in_order(desk: Room) -> None:
    answer = (await desk.get(f"/api/v1/calls/{call_id(1)}/events")).json()
    assert [event["name"] for event in answer["items"]] == [
        "CHAN_START",
        "TR_CALL",
        "ANSWER",
        "prompt",
        "heard",
        "TR_VERDICT",
        "HANGUP",
    ]


async def test_tickets_and_recordings_are_found_by_call(desk: Room) -> None:
    params = {"call_id": call_id(4)}
    found = (await desk.get("/api/v1/tickets", params=params)).json()["items"]
    assert [ticket["number"] for ticket in found] == [ticket_number(4)]
    found = (await desk.get("/api/v1/recordings", params=params)).json()["items"]
    assert [recording["id"] for recording in found] == [recording_id(4)]
    assert (await desk.get(f"/api/v1/tickets/{ticket_number(4)}")).json()["kind"] == "complaint"
    assert (await desk.get(f"/api/v1/recordings/{recording_id(4)}")).json()["seconds"] == 4.0


@pytest.mark.parametrize(
    ("path", "filters", "wanted"),
    [
        ("recordings", {"ref": "R-3"}, [3]),
        ("recordings", {"agent": "8001"}, [2]),  # QA-5
        ("recordings", {"number": NUMBER, "disposition": "agent"}, [2]),
        ("recordings", {"number": "1"}, []),
        ("recordings", {"number": NUMBER, "until": "2026-11-21T03:57:00Z"}, [4, 5]),
        ("tickets", {"ref": "R-4"}, [4]),
        ("tickets", {"agent": "8001", "number": NUMBER}, [2]),
        ("tickets", {"ref": "R-4", "agent": "8001"}, []),
    ],
)
async def test_tickets_and_recordings_are_found_by_their_call(
    desk: Room, path: str, filters: dict[str, str], wanted: list[int]
) -> None:
    answer = await desk.get(f"/api/v1/{path}", params=filters)
    found = [each["call_id"] for each in answer.json()["items"]]
    assert found == [call_id(each) for each in wanted]


@pytest.mark.parametrize("role", [role for role in Role if not sees_numbers(role)])
async def test_who_needs_no_numbers_sees_none(small_desk: Room, role: Role) -> None:
    paths = (
        "/api/v1/calls",
        f"/api/v1/calls/{call_id(1)}",
        f"/api/v1/calls/{call_id(1)}/events",
        "/api/v1/tickets",
        f"/api/v1/tickets/{ticket_number(1)}",
    )
    for path in paths:
        answer = await small_desk.get(path, role)
        assert NUMBER not in answer.text, (role, path)
        assert NAME not in answer.text, (role, path)


async def test_who_sees_no_numbers_cannot_search_by_them(small_desk: Room) -> None:
    for path, role in (
        ("/api/v1/calls", Role.STATISTICIAN),
        ("/api/v1/tickets", Role.DEPARTMENT),
        ("/api/v1/recordings", Role.RECORDS_CLERK),
    ):
        answer = await small_desk.get(path, role, params={"number": NUMBER})
        assert answer.status_code == 403


async def test_an_inspector_finds_a_recording_by_a_whole_number_alone(small_desk: Room) -> None:
    for number, status in ((NUMBER, 200), (NUMBER[:6], 403)):
        answer = await small_desk.get(
            "/api/v1/recordings", Role.INSPECTOR, params={"number": number}
        )
        assert answer.status_code == status


async def test_every_look_at_one_customer_is_on_record(small_desk: Room) -> None:  # SEC-1
    for path in (
        f"/api/v1/calls/{call_id(1)}",
        f"/api/v1/calls/{call_id(1)}/events",
        f"/api/v1/tickets/{ticket_number(1)}",
        f"/api/v1/calls/{call_id(99)}",
    ):
        await small_desk.get(path, Role.SENIOR_AGENT)
    await small_desk.app.state.database.settled()
    seen = [(look.action, look.subject) for look in await audit_entries(small_desk, call_id(1))]
    assert sorted(seen) == [("call.events", call_id(1)), ("call.read", call_id(1))]
    assert [look.action for look in await audit_entries(small_desk, ticket_number(1))] == [
        "ticket.read"
    ]
    assert await audit_entries(small_desk, call_id(99)) == []


async def test_the_use_of_a_token_is_noted(small_desk: Room) -> None:
    await small_desk.get("/api/v1/outage", Role.DEPARTMENT)
    await small_desk.app.state.database.settled()
    made = engine(small_desk.settings.database)
    async with made.connect() as connection:
        used = {each.role: each.last_used_at for each in await tokens.tokens(connection)}
    await made.dispose()
    assert used[Role.DEPARTMENT.value] is not None
    assert used[Role.INSPECTOR.value] is None


async def test_a_notice_goes_up_and_comes_down(small_desk: Room) -> None:
    folder = small_desk.settings.paths.outage
    async with small_desk.client(Role.TEAM_LEADER) as leader:
        assert (await leader.get("/api/v1/outage")).json() == {"announcement": None}
        put = await leader.put("/api/v1/outage", json={"kind": "power"})
        assert put.json()["announcement"]["text_zh"] == "因停电无法缴费,给您造成不便,请谅解!"
        assert {each.name for each in folder.iterdir()} == {"outage.json", "on-power"}
        await leader.put("/api/v1/outage", json={"kind": "computer"})
        assert {each.name for each in folder.iterdir()} == {"outage.json", "on-computer"}
        assert (await leader.get("/api/v1/outage")).json()["announcement"]["kind"] == "computer"
        assert (await leader.delete("/api/v1/outage")).json() == {"announcement": None}
        assert list(folder.iterdir()) == []
        assert (await leader.delete("/api/v1/outage")).status_code == 200


async def test_a_notice_that_cannot_be_spoken_is_refused(small_desk: Room) -> None:
    async with small_desk.client(Role.TEAM_LEADER) as leader:
        for body in ({"kind": "custom"}, {"kind": "flood"}, {}, {"kind": "power", "text": "x"}):
            answer = await leader.put("/api/v1/outage", json=body)
            assert answer.status_code == 422


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("/api/v1/calls", {"limit": "0"}),
    ("/api/v1/calls", {"limit": "201"}),
    ("/api/v1/calls", {"limit": "many"}),
    ("/api/v1/calls", {"disposition": "lost"}),
    ("/api/v1/calls", {"since": "2026-11-21T00:00:00"}),
    ("/api/v1/calls", {"since": "yesterday"}),
    ("/api/v1/calls", {"cursor": "abc"}),
    ("/api/v1/calls", {"cursor": "WyIyMDI2LTExLTIxIiwxXQ=="}),
    ("/api/v1/calls", {"ref": "a\x00b"}),
    ("/api/v1/calls", {"ref": "a" * 81}),
    ("/api/v1/calls", {"reff": "R-1"}),
    ("/api/v1/calls/1", {}),
    ("/api/v1/calls/../../etc/passwd", {}),
    ("/api/v1/tickets/%00", {}),
    ("/api/v1/recordings", {"call_id": "' OR 1=1"}),
]


@pytest.mark.parametrize(("path", "params"), WRONG)
async def test_wrong_input_is_answered_with_a_sentence(
    small_desk: Room, path: str, params: dict[str, Any]
) -> None:
    answer = await small_desk.get(path, params=params)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"].endswith(".")


async def test_what_is_not_there_is_said_not_to_be_there(desk: Room) -> None:
    for path in (
        f"/api/v1/calls/{call_id(99)}",
        f"/api/v1/calls/{call_id(99)}/events",
        f"/api/v1/recordings/{recording_id(99)}",
        f"/api/v1/recordings/{recording_id(99)}/audio",
        f"/api/v1/tickets/{ticket_number(99)}",
    ):
        answer = await desk.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["title"] == "Not found"


async def test_every_answer_is_protected(small_desk: Room) -> None:
    for path in ("/api/v1/calls", "/nowhere", "/health", AUDIO_PATH, "/api/v1/calls?limit=0"):
        answer = await small_desk.get(path)
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], (path, name)
        assert not any(name.startswith("access-control") for name in answer.headers)


async def test_a_request_for_another_host_is_refused(small_desk: Room) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::2]:80"):
        answer = await small_desk.get("/api/v1/calls", headers={"Host": host})
        assert answer.status_code == 400, host
    for host in ("localhost:8080", "[::1]:8080", "127.0.0.1", "LOCALHOST"):
        answer = await small_desk.get("/api/v1/calls", headers={"Host": host})
        assert answer.status_code == 200, host


async def test_a_body_that_is_too_large_is_refused(small_desk: Room) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    async with small_desk.client(Role.TEAM_LEADER) as leader:
        headers = {"Content-Type": "application/json"}
        put = await leader.put("/api/v1/outage", content=b" " * 70_000, headers=headers)
        assert put.status_code == 413
        put = await leader.put("/api/v1/outage", content=endless(), headers=headers)
        assert put.status_code == 413
        assert put.headers["content-type"] == "application/problem+json"


async def test_a_body_that_never_ends_is_not_waited_for(
    small_desk: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bodies, "BODY_WITHIN_S", 0.0)

    async def stalled() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async with small_desk.client(Role.TEAM_LEADER) as leader:
        headers = {"Content-Type": "application/json"}
        put = await leader.put("/api/v1/outage", content=stalled(), headers=headers)
        assert put.status_code == 408
