"""What came of the calls to a department is on the page of the ticket, in words (TKT-12)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_calls.lifecycle import Outcome
from features.department_calls.tables import (
    DepartmentAskRow,
    DepartmentCallRow,
    DepartmentCallTicketRow,
)
from features.departments.tables import DepartmentRow
from features.tickets.tables import TicketEntryRow, TicketRow
from permissions.roles import Role
from tests.integration.desk_room import fill, ticket_number
from tests.integration.page_room import Pages, Seen, pages

ONE = f"/tickets/{ticket_number(1)}"
LINES = "线路班"
AT = datetime(2026, 11, 23, 2, 31, tzinfo=UTC)
CALL = "0f0e0d0c-0000-4000-8000-000000000001"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        yield found


async def _key(connection: AsyncConnection) -> int:
    query = select(TicketRow.id).where(TicketRow.number == ticket_number(1))
    return int((await connection.execute(query)).scalar_one())


async def _asked(desk: Pages, *, key: str = "", **ask: Any) -> None:
    """Put an ask about the ticket, and its last call, into the database."""

    async def made(connection: AsyncConnection) -> None:
        values = {"ticket_id": await _key(connection), "department": LINES, "made_at": AT}
        usual = {"state": "waiting", "next_at": None, "tries": 1, "result": "", "ended_at": None}
        row = insert(DepartmentAskRow).values(values | usual | ask).returning(DepartmentAskRow.id)
        asked = (await connection.execute(row)).scalar_one()
        call = insert(DepartmentCallRow).values(
            department=LINES, began_at=AT, ended_at=AT, reached="", result="busy"
        )
        done = (await connection.execute(call.returning(DepartmentCallRow.id))).scalar_one()
        pressed = {"key": key, "pressed_at": AT if key else None, "announced_at": AT}
        told = {"call_id": done, "position": 1, "ask_id": asked}
        await connection.execute(insert(DepartmentCallTicketRow).values(told | pressed))

    await desk.write(made)


async def _said(desk: Pages, what: str, **said: str) -> None:
    """Put an entry of the telephone into the ticket's history."""

    async def made(connection: AsyncConnection) -> None:
        values = {
            "ticket_id": await _key(connection),
            "version": 1,
            "at": AT,
            "via": "ringing" if what.startswith("rung") else "phone",
            "what": what,
            "before": "dispatched",
            "after": "dispatched",
            "said": {"department": LINES, **said},
        }
        await connection.execute(insert(TicketEntryRow).values(values))

    await desk.write(made)


async def _page(desk: Pages, path: str = ONE, *, language: str = "zh") -> str:
    async with desk.person(Role.TEAM_LEADER, language=language) as person:
        answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return Seen(answer.text).text


@pytest.mark.parametrize(
    ("ask", "zh", "en"),
    [
        (
            {"next_at": AT + timedelta(minutes=15), "result": "busy"},
            ("10:46 起拨打部门", "10:31：占线；已拨打 1 次"),
            ("The department is rung from 2026-11-23 10:46 on", "busy"),
        ),
        ({"state": "ringing"}, ("正在拨打部门",), ("The department is being rung",)),
        ({"state": "accepted", "key": "1"}, ("10:31 按 1：马上处理",), ("Pressed 1 at",)),
        ({"state": "asked_time", "key": "2"}, ("10:31 按 2：申请延期",), ("Pressed 2 at",)),
        ({"state": "sent_back", "key": "3"}, ("10:31 按 3：不属于本部门",), ("Pressed 3 at",)),
        (
            {"state": "in_vain", "tries": 3, "result": "voicemail"},
            ("拨打 3 次没有答复，已升级", "语音信箱"),
            ("Rung 3 times without an answer; escalated",),
        ),
        ({"state": "left"}, ("工单已不在该部门",), ("is not with the department any more",)),
    ],
)
async def test_how_the_calls_stand_is_on_the_page(
    desk: Pages, ask: dict[str, Any], zh: tuple[str, ...], en: tuple[str, ...]
) -> None:
    await _asked(desk, **ask)
    for language, words in (("zh", zh), ("en", en)):
        text = await _page(desk, language=language)
        for said in words:
            assert said in text


async def test_every_outcome_of_a_call_is_a_sentence_in_the_history(desk: Pages) -> None:
    ends = [one for one in Outcome if one is not Outcome.HELD_BACK]
    for how in ends:
        await _said(desk, f"rung_{how.value}", call=CALL)
    await _said(desk, "rung_too_late", call=CALL, key="3")
    for language in ("zh", "en"):
        text = await _page(desk, language=language)
        assert "ticket_did." not in text
        assert text.count(LINES) > len(ends)


async def test_what_was_pressed_is_a_sentence_in_the_history(desk: Pages) -> None:
    await _said(desk, "accept", key="1")
    await _said(desk, "ask_time", key="2", deadline="2026-11-30T08:00:00+00:00")
    await _said(desk, "send_back", key="3")
    text = await _page(desk)
    for said in (
        "按 1：马上处理",
        "按 2：申请延期到 2026-11-30 16:00",
        "按 3：不属于本部门",
        "部门电话",
    ):
        assert said in text


async def test_how_a_department_was_rung_today_is_on_its_page(desk: Pages) -> None:
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> None:
        known = {"name": LINES, "phone": "8301", "updated_at": now, "updated_by": "test"}
        await connection.execute(insert(DepartmentRow).values(known))
        call = {"department": LINES, "began_at": now, "ended_at": now, "reached": ""}
        await connection.execute(insert(DepartmentCallRow).values(call | {"result": "busy"}))

    await desk.write(made)
    await _asked(desk, next_at=now + timedelta(minutes=15))
    zh, en = await _page(desk, "/departments"), await _page(desk, "/departments", language="en")
    assert "8301" in zh
    assert "今天 1/6 次" in zh
    assert "占线" in zh
    assert "1 张待催" in zh
    assert "today 1 of 6" in en
