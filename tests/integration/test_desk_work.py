"""What agents look up, promise and hand over; and who listened to what, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from permissions.roles import Role
from tests.integration.desk_room import (
    AUDIO,
    NUMBER,
    NUMBERS,
    Room,
    call_id,
    recording_id,
    ticket_number,
)
from tests.integration.talks import talked

JUNIOR, SENIOR = Role.JUNIOR_AGENT, Role.SENIOR_AGENT
AUDIO_PATH = f"/api/v1/recordings/{recording_id(1)}/audio"


async def ask(desk: Room, role: Role, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask once, as the person of a role."""
    async with desk.seated(role) as person:
        return await person.request(method, f"/api/v1{path}", **more)


# -- customers


async def test_a_customer_is_known_once_somebody_wrote_it_down(desk: Room) -> None:
    path = f"/customers/{NUMBER}"
    assert (await ask(desk, JUNIOR, "GET", path)).status_code == 404
    known = {"name": "张三", "sort": "large", "note": "专线\n两条", "first_agent": "1001"}
    kept = await ask(desk, SENIOR, "PUT", path, json=known)
    assert kept.status_code == 200
    found = (await ask(desk, JUNIOR, "GET", path)).json()
    assert found | known == found == kept.json()
    assert found["updated_by"] == NUMBERS[SENIOR]
    late = await ask(desk, SENIOR, "PUT", path, json={"name": "王五"})
    assert late.status_code == 409, "somebody else may have saved it since it was read"
    now_so = {"name": "<b>李四\x07</b>", "seen": found["updated_at"]}
    await ask(desk, SENIOR, "PUT", path, json=now_so)
    assert (await ask(desk, JUNIOR, "GET", path)).json()["name"] == "<b>李四</b>"


async def test_every_look_at_a_customer_is_on_record(desk: Room) -> None:  # SEC-1
    await ask(desk, JUNIOR, "PUT", f"/customers/{NUMBER}", json={})
    await ask(desk, JUNIOR, "GET", f"/customers/{NUMBER}")
    await desk.app.state.database.settled()
    seen = (await ask(desk, Role.TEAM_LEADER, "GET", "/audit", params={"subject": NUMBER})).json()
    assert [each["action"] for each in seen["items"]] == ["customer.read", "customer.write"]
    assert {each["number"] for each in seen["items"]} == {NUMBERS[JUNIOR]}
    masked = await ask(desk, Role.INSPECTOR, "GET", "/audit", params={"number": NUMBERS[JUNIOR]})
    assert len(masked.json()["items"]) == 2
    assert NUMBER not in masked.text  # SEC-2


# -- knowledge


ENTRIES = (
    {"title": "停机后怎样复机", "body": "带身份证到营业厅办理。", "keywords": "开通 恢复"},
    {"title": "宽带密码", "body": "ADSL 停机保号请先复机。", "business": "数据通信"},
    {"title": "100%优惠", "body": "没有这样的_优惠。", "business": "电话卡"},
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "复机"}, ["停机后怎样复机", "宽带密码"]),  # two characters, the title first
        ({"q": "机"}, ["停机后怎样复机", "宽带密码"]),
        ({"q": "adsl 保号"}, ["宽带密码"]),
        ({"q": "恢复"}, ["停机后怎样复机"]),
        ({"q": "%优"}, ["100%优惠"]),
        ({"q": "_"}, ["100%优惠"]),
        ({"q": "复机 煤气"}, []),
        ({"q": "复机", "business": "电话卡"}, ["停机后怎样复机"]),
        ({}, ["100%优惠", "宽带密码", "停机后怎样复机"]),
    ],
)
async def test_answers_are_found_by_words_in_the_middle_of_a_sentence(
    desk: Room, asked: dict[str, str], found: list[str]
) -> None:  # TKT-15
    for entry in ENTRIES:
        assert (await ask(desk, SENIOR, "POST", "/knowledge", json=entry)).status_code == 201
    answer = await ask(desk, JUNIOR, "GET", "/knowledge", params=asked)
    assert [each["title"] for each in answer.json()["items"]] == found


async def test_a_draft_is_found_by_those_who_write_and_by_nobody_else(desk: Room) -> None:
    draft = {"title": "新业务", "body": "还在写", "published": False}
    made = (await ask(desk, SENIOR, "POST", "/knowledge", json=draft)).json()
    key, seen = made["id"], made["updated_at"]
    assert (await ask(desk, JUNIOR, "GET", "/knowledge")).json()["items"] == []
    assert (await ask(desk, JUNIOR, "GET", f"/knowledge/{key}")).status_code == 404
    assert len((await ask(desk, SENIOR, "GET", "/knowledge")).json()["items"]) == 1
    ready = draft | {"body": "已开通", "published": True}
    assert (
        await ask(desk, SENIOR, "PUT", f"/knowledge/{key}", json=ready | {"seen": seen})
    ).status_code == 200
    assert (await ask(desk, JUNIOR, "GET", f"/knowledge/{key}")).json()["body"] == "已开通"
    assert (
        await ask(desk, SENIOR, "PUT", "/knowledge/99", json=ready | {"seen": seen})
    ).status_code == 404


# -- callbacks


async def test_a_call_back_is_promised_to_who_is_on_the_call_and_kept(desk: Room) -> None:  # CBK-1
    wanted = {"call_id": call_id(1), "ticket": ticket_number(1), "minutes": 30, "note": "查账单"}
    before = datetime.now(UTC)
    refused = await ask(desk, JUNIOR, "POST", "/callbacks", json=wanted)
    assert refused.status_code == 404, "another agent's call: who called is not told"
    await talked(desk, JUNIOR, 1)
    made = (await ask(desk, JUNIOR, "POST", "/callbacks", json=wanted)).json()
    assert (made["number"], made["kind"], made["by"]) == (NUMBER, "agent", NUMBERS[JUNIOR])
    due = datetime.fromisoformat(made["due_at"]) - before
    assert timedelta(minutes=30) <= due < timedelta(minutes=31)
    waiting = await ask(desk, SENIOR, "GET", "/callbacks", params={"state": "open"})
    assert [each["id"] for each in waiting.json()["items"]] == [made["id"]]
    path = f"/callbacks/{made['id']}"
    for _ in range(2):  # said twice is no error
        kept = await ask(desk, JUNIOR, "PATCH", path, json={"state": "completed"})
        assert (kept.status_code, kept.json()["state"]) == (200, "completed")
        assert kept.json()["note"] == "查账单"
    other = await ask(desk, JUNIOR, "PATCH", path, json={"state": "cancelled"})
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 422),
        ({"call_id": call_id(99)}, 404),
        ({"number": "138", "ticket": "20200101-00001"}, 404),
        ({"number": "not a number"}, 422),
        ({"number": "138", "minutes": 0}, 422),
        ({"number": "138", "minutes": 10**9}, 422),
    ],
)
async def test_a_callback_to_nobody_or_never_is_none(
    desk: Room, wanted: dict[str, Any], status: int
) -> None:
    assert (await ask(desk, JUNIOR, "POST", "/callbacks", json=wanted)).status_code == status
    assert (await ask(desk, JUNIOR, "GET", "/callbacks")).json()["items"] == []


# -- hand-overs


async def test_a_shifts_report_is_signed_once_by_somebody_else(desk: Room) -> None:  # RPT-4
    report = {"shift": "2026-11-22 早班", "equipment": "正常\n无故障", "staff": "张三请假"}
    written = (await ask(desk, JUNIOR, "POST", "/handovers", json=report)).json()
    assert (written["written_by"], written["signed_by"]) == (NUMBERS[JUNIOR], None)
    path = f"/handovers/{written['id']}/sign"
    assert (await ask(desk, JUNIOR, "POST", path)).status_code == 409
    signed = await ask(desk, SENIOR, "POST", path)
    assert (signed.status_code, signed.json()["signed_by"]) == (200, NUMBERS[SENIOR])
    assert (await ask(desk, SENIOR, "POST", path)).json() == signed.json()
    assert (await ask(desk, Role.TEAM_LEADER, "POST", path)).status_code == 409
    assert (await ask(desk, SENIOR, "POST", "/handovers/99/sign")).status_code == 404
    listed = (await ask(desk, Role.MANAGER, "GET", "/handovers")).json()["items"]
    assert listed == [signed.json()]


async def test_a_token_signs_nothing(desk: Room) -> None:
    async with desk.client(Role.TEAM_LEADER) as program:
        answer = await program.post("/api/v1/handovers", json={"shift": "早班"})
    assert answer.status_code == 403


# -- listening


async def test_a_person_says_why_before_a_caller_is_heard(desk: Room) -> None:  # QA-5
    async with desk.seated(Role.INSPECTOR) as inspector:
        assert (await inspector.get(AUDIO_PATH)).status_code == 422
        assert (await inspector.get(AUDIO_PATH, params={"why": " \x07"})).status_code == 422
        heard = await inspector.get(AUDIO_PATH, params={"why": "每周抽检"})
        part = await inspector.get(
            AUDIO_PATH, params={"why": "每周抽检"}, headers={"Range": "bytes=44-1043"}
        )
    assert (heard.status_code, part.status_code) == (200, 206)
    assert heard.content[44:] == AUDIO
    looked = (await ask(desk, Role.TEAM_LEADER, "GET", "/audit")).json()["items"]
    plays = [each for each in looked if each["action"] == "recording.audio"]
    assert [each["detail"] for each in plays] == ["bytes=44-1043", "whole"]
    assert {(each["number"], each["why"]) for each in plays} == {
        (NUMBERS[Role.INSPECTOR], "每周抽检")
    }


async def test_a_program_need_not_say_why_and_is_on_record_too(desk: Room) -> None:
    assert (await desk.get(AUDIO_PATH)).status_code == 200
    path = "/audit?action=recording.audio"
    [look] = (await ask(desk, Role.INSPECTOR, "GET", path)).json()["items"]
    assert (look["number"], look["name"]) == (None, "TEAM_LEADER")


async def test_a_recording_is_drawn_for_those_who_may_listen(desk: Room) -> None:
    path = f"/recordings/{recording_id(1)}/peaks"
    drawn = (await ask(desk, Role.INSPECTOR, "GET", path)).json()
    assert drawn == (await ask(desk, Role.INSPECTOR, "GET", path)).json()
    assert [len(side) for side in drawn["peaks"]] == [800, 800]
    assert all(0 <= peak <= 1 for side in drawn["peaks"] for peak in side)
    assert (await ask(desk, JUNIOR, "GET", path)).status_code == 404, "another agent's"
    assert (await ask(desk, Role.SURVEYOR, "GET", path)).status_code == 403
    gone = desk.settings.paths.store / f"2026/11/21/{recording_id(2)}.wav"
    gone.write_bytes(b"none")
    torn = await ask(desk, SENIOR, "GET", f"/recordings/{recording_id(2)}/peaks")
    assert torn.status_code == 410


async def test_calls_are_found_by_a_piece_of_a_number_or_a_ticket(desk: Room) -> None:
    async def ids(role: Role, **asked: str) -> Any:
        answer = await ask(desk, role, "GET", "/calls", params=asked)
        if answer.status_code != 200:
            return answer.status_code
        return [each["id"] for each in answer.json()["items"]]

    assert len(await ids(SENIOR, piece="2345")) == 5
    assert await ids(SENIOR, piece="2346") == []
    assert await ids(SENIOR, ticket=ticket_number(3)) == [call_id(3)]
    assert await ids(Role.INSPECTOR, ticket=ticket_number(3)) == [call_id(3)]
    assert await ids(Role.INSPECTOR, piece="2345") == 403  # SEC-2
