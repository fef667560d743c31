"""Files of wake-ups in and out, and the evidence on paper, on both databases (WAK-1, WAK-5)."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy import select

from db.engine import engine
from dispatch import attempts
from dispatch.attempts import Attempt
from features.audit.log import EVERY_ENTRY, entries
from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.tables import WakeUpRow
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.desk_room import CSRF, NUMBERS, Room, call_id, opened, recording_id

DAY = (datetime.now(UTC) + timedelta(days=2)).date()
HEAD = "房间,客人,时间,日期,重复\n"
TWO = f"{HEAD}8001,=cmd|'/c calc'!A1,07:00,{DAY},一次\n8002,王小明,7:30,{DAY},一次\n"
IMPORT = "/api/v1/wake-registrations/import"
RANG, ANSWERED = call_id(77), call_id(1)
"""The first never was a call; of the second there is a recording of 4 s."""


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Room]:
    async with opened(*filled) as found:
        found.app.state.assets.path = lambda name: f"/static/{name}"
        yield found


async def _imports(desk: Room, text: str, keep: str, encoding: str = "utf-8") -> Any:
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        return await clerk.post(
            IMPORT,
            params={"keep": keep},
            content=text.encode(encoding),
            headers={"Content-Type": "text/csv"},
        )


async def _rooms(desk: Room) -> list[str]:
    lines = (await desk.get("/api/v1/wake-registrations")).json()
    return sorted(line["room"] for line in lines)


async def test_a_file_is_looked_at_first_and_kept_once_however_often_it_is_sent(
    desk: Room,
) -> None:
    seen = (await _imports(desk, TWO, "nothing", "gb18030")).json()
    assert (seen["good"], seen["wrong"], seen["kept"]) == (2, 0, 0)
    assert await _rooms(desk) == []
    assert (await _imports(desk, TWO, "all")).json()["kept"] == 2
    assert await _rooms(desk) == ["8001", "8002"]
    again = await _imports(desk, TWO, "good")
    assert again.status_code == 422, "no row is right any more"
    again = again.json()["read"]
    assert (again["kept"], [row["faults"] for row in again["rows"]]) == (0, [["known"]] * 2)
    [line] = (await desk.get("/api/v1/wake-registrations?room=8002")).json()
    assert (line["made_through"], line["made_by"]) == ("file", NUMBERS[Role.SWITCHBOARD])
    assert line["next_due"] == f"{DAY - timedelta(days=1)}T23:30:00Z"


async def test_one_wrong_row_keeps_all_or_only_itself_away(desk: Room) -> None:
    mixed = f"{TWO}9321,李,07:00,{DAY},一次\n8003,李,25:00,{DAY},一次\n"
    refused = await _imports(desk, mixed, "all")
    assert refused.status_code == 422
    assert "2 rows are wrong" in refused.text
    assert await _rooms(desk) == []
    kept = (await _imports(desk, mixed, "good")).json()
    assert (kept["kept"], kept["wrong"]) == (2, 2)
    assert [row["faults"] for row in kept["rows"][2:]] == [["unreachable"], ["wall"]]
    assert await _rooms(desk) == ["8001", "8002"]


async def test_a_whole_house_is_kept_within_one_request(desk: Room) -> None:
    minutes = (
        f"8001,客人,{number // 60:02d}:{number % 60:02d},{DAY},一次" for number in range(500)
    )
    answer = await _imports(desk, HEAD + "\n".join(minutes), "all")
    assert answer.status_code == 200, answer.text
    assert answer.json()["kept"] == 500


async def test_a_file_without_sense_is_said_in_one_word(desk: Room) -> None:
    answer = await _imports(desk, "客人\n王\n", "nothing")
    assert answer.status_code == 422
    found = answer.json()["read"]
    assert (found["fault"], found["missing"]) == ("column_missing", ["room", "wall", "first_day"])
    assert (await _imports(desk, "x" * 1_100_000, "good")).status_code == 413


async def test_who_may_not_register_may_not_import_and_few_may_export(desk: Room) -> None:
    async with desk.seated(Role.FLOOR_ATTENDANT) as attendant:
        headers = {"Content-Type": "text/csv"}
        answer = await attendant.post(IMPORT, content=TWO.encode(), headers=headers)
        assert answer.status_code == 403
        csv = await attendant.get("/api/v1/wake-register.csv", params={"day": f"{DAY}"})
        assert csv.status_code == 403
    assert (await desk.get(f"/api/v1/wake-register.csv?day={DAY}", None)).status_code == 401


async def test_a_day_is_exported_without_a_formula_and_it_is_on_record(desk: Room) -> None:
    await _imports(desk, TWO, "all")
    answer = await desk.get(f"/api/v1/wake-register.csv?day={DAY}", Role.SWITCHBOARD)
    assert answer.headers["content-disposition"].endswith(f'"wake-ups-{DAY}.csv"')
    text = answer.content.decode("utf-8-sig")
    head, first, second = csv.reader(io.StringIO(text, newline=""))
    assert head[:8] == ["房间", "号码", "客人", "语言", "时间", "时区", "日期", "状态"]
    assert any(cell.startswith("'=cmd|") for cell in first)
    assert not any(cell.startswith("=") for cell in first)
    known = ["8002", "8002", "王小明", "zh", "07:30", "Asia/Shanghai", DAY, "等待", "0"]
    assert second[:9] == [f"{cell}" for cell in known]
    [seen] = [one for one in await _audit_entries(desk) if one.action == "wake.export"]
    assert seen.subject == f"{DAY}"
    seen_again = (await _imports(desk, text, "nothing")).json()["read"]
    assert [row["faults"] for row in seen_again["rows"]] == [["known"]] * 2


async def test_the_page_shows_each_row_and_registers_the_right_ones(desk: Room) -> None:
    mixed = f"{TWO}9321,<b>李</b>,07:00,{DAY},一次\n"
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        seen = await clerk.post(
            "/wake-ups/import", data={"csrf": CSRF}, files={"file": ("a.csv", mixed.encode())}
        )
        assert seen.status_code == 200
        assert "2 行可以登记，1 行有问题" in seen.text
        assert "号码打不通" in seen.text
        assert "<b>李" not in seen.text
        assert await _rooms(desk) == []
        form = {"csrf": (None, CSRF), "text": (None, mixed.replace("\n", "\r\n"))}
        kept = await clerk.post("/wake-ups/import/keep", files=form)
        assert kept.headers["location"] == "/wake-ups?imported=2"
        shown = (await clerk.get("/wake-ups?imported=2")).text
        assert "已登记 2 位" in shown
        twice = await clerk.post("/wake-ups/import/keep", files=form)
        assert twice.status_code == 422
        assert "已经登记过" in twice.text
        nothing = await clerk.post("/wake-ups/import", data={"csrf": CSRF})
        assert "文件里没有可登记的行" in nothing.text


async def test_several_wake_ups_of_a_room_stand_together_in_their_own_zone(desk: Room) -> None:
    text = (
        f"房间,时间,日期,时区\n8001,07:00,{DAY},\n8002,07:10,{DAY},Asia/Tokyo\n8001,07:20,{DAY},\n"
    )
    await _imports(desk, text, "all")
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        page = (await clerk.get("/wake-ups")).text
    assert '<td class="same"><strong>8001</strong>' in page
    assert "共 2 个" in page
    there = f"{DAY} 07:10 <span"
    assert there in page
    assert f"Asia/Tokyo · 本店时间 {DAY} 06:10" in page


async def test_the_evidence_on_paper_says_what_its_page_says(desk: Room) -> None:
    await _imports(desk, TWO, "all")
    key = await _was_woken(desk)
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        page = (await clerk.get(f"/wake-ups/{key}")).text
        paper = await clerk.get(f"/api/v1/wake-ups/{key}/evidence.pdf")
        facts = (await clerk.get(f"/api/v1/wake-ups/{key}")).json()
        english = await clerk.get(f"/api/v1/wake-ups/{key}/evidence.pdf?language=en")
    assert paper.headers["content-type"] == "application/pdf"
    text = _read(paper.content)
    for said in ("叫醒记录", "8002", "王小明", "无人接听", "已接听", "按键", "07:30", "2:05"):
        assert said in text, said
        assert said in page or said == "叫醒记录", said
    assert "0" * 64 in text.replace(" ", "").replace("\n", "")
    assert ANSWERED in text.replace(" ", "").replace("\n", "")
    assert "Wake-up record" in _read(english.content)
    assert facts["registration"]["made_through"] == "file"
    assert [one["recording_id"] for one in facts["attempts"]] == [None, recording_id(1)]
    assert [one.subject for one in await _audit_entries(desk) if one.action == "wake.pdf"] == [
        f"{key}"
    ] * 2
    assert (await desk.get("/api/v1/wake-ups/999999/evidence.pdf")).status_code == 404


async def test_a_hostile_name_is_only_a_name_on_paper(desk: Room) -> None:
    hostile = TWO.replace("王小明", "<font size=99>&nope;</font><img src='/etc/passwd'/>"[:40])
    await _imports(desk, hostile, "all")
    key = await _was_woken(desk)
    answer = await desk.get(f"/api/v1/wake-ups/{key}/evidence.pdf", Role.SWITCHBOARD)
    assert "<font size=99>" in _read(answer.content).replace("\n", "")


def _read(paper: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


async def _audit_entries(desk: Room) -> list[Any]:
    await desk.app.state.database.settled()
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = await entries(connection, EVERY_ENTRY, reach=EVERYTHING, limit=200)
    await made.dispose()
    return [one.entry for one in found.items]


async def _was_woken(desk: Room) -> int:
    """Let the guest of 8002 be rung twice and wake 125 s late; return the wake-up's id."""
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        row = (await connection.execute(select(WakeUpRow).where(WakeUpRow.number == "8002"))).one()
        at = row.due
        awake = await wake_ups.of_ids(connection, [row.id])
        done = replace(
            awake[row.id],
            state=WakeState.AWAKE,
            tries=2,
            next_at=None,
            proof="key",
            awake_at=at + timedelta(seconds=125),
        )
        await wake_ups.keep(connection, {row.id: done})
        first, second = [
            Attempt(
                id=ANSWERED if number else RANG,
                purpose=wake_ups.PURPOSE,
                subject_id=row.id,
                seq=number + 1,
                who="guest",
                number="8002",
                channel=f"b-{number}",
                planned_at=at + timedelta(seconds=60 * number),
                rung_at=at + timedelta(seconds=60 * number),
                answered_at=at + timedelta(seconds=80) if number else None,
                ended_at=at + timedelta(seconds=60 * number + 30),
                result="answered" if number else "no_answer",
                said="awake" if number else "",
            )
            for number in (0, 1)
        ]
        await attempts.begin(connection, [first, second])
    await made.dispose()
    return int(row.id)
