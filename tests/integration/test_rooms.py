"""The table of rooms by page, API, file and command line, on both databases (WAK-1, SEC-1)."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from click.testing import CliRunner
from openpyxl import Workbook
from sqlalchemy import select

from commands.rooms import rooms as command
from db.engine import engine
from features.audit.log import AuditEntry
from features.wake_ups.tables import WakeUpRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, Room, audit_entries, opened

ROOMS = "/api/v1/rooms"
REGISTER = "/api/v1/wake-registrations"
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date()
CSV = {"Content-Type": "text/csv"}
ODD = {"A101": "8201", "B101": "8202", "W-101": "8203", "12-05": "8204", "1205": "8205"}
LIKE_SERVICES = {"110": "8210", "112": "8212", "119": "8219", "120": "8220", "122": "8222"}


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setenv("THIRDRING_TRUNK_OUT", "192.0.2.1")
    async with opened(*filled) as found:
        found.app.state.assets.path = lambda name: f"/static/{name}"
        yield found


async def _asks(desk: Room, method: str, path: str, **more: Any) -> Any:
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        return await clerk.request(method, path, **more)


async def _puts(desk: Room, table: dict[str, str]) -> None:
    for room, number in table.items():
        answer = await _asks(desk, "PUT", f"{ROOMS}/{room}", json={"number": number})
        assert answer.status_code == 200, answer.text


async def _registers(desk: Room, room: str, **more: Any) -> Any:
    wanted = {"room": room, "wall": "07:00", "first_day": f"{TOMORROW}", **more}
    return await _asks(desk, "POST", REGISTER, json=wanted)


async def _brings(desk: Room, path: str, text: str, keep: str = "all") -> Any:
    return await _asks(
        desk, "POST", path, content=text.encode(), params={"keep": keep}, headers=CSV
    )


async def _rings(desk: Room) -> dict[str, str]:
    """Return the number that is rung for each room on the register."""
    lines = (await desk.get(REGISTER)).json()
    return {line["room"]: line["number"] for line in lines}


async def test_rooms_with_letters_and_dashes_do_not_all_dial_101(desk: Room) -> None:
    for room in ("A101", "12-05"):
        refused = await _registers(desk, room)
        assert (refused.status_code, "table of rooms" in refused.json()["detail"]) == (422, True)
    await _puts(desk, ODD)
    for room in ODD:
        assert (await _registers(desk, room.lower())).status_code == 201
    assert await _rings(desk) == ODD


async def test_rooms_named_like_emergency_numbers_have_telephones(desk: Room) -> None:
    for room in LIKE_SERVICES:
        assert (await _registers(desk, room)).status_code == 422, "no machine rings the police"
    refused = await _asks(desk, "PUT", f"{ROOMS}/119", json={"number": "119"})
    assert (refused.status_code, "emergency" in refused.text) == (422, True)
    await _puts(desk, LIKE_SERVICES)
    for room in LIKE_SERVICES:
        assert (await _registers(desk, room)).status_code == 201
    assert await _rings(desk) == LIKE_SERVICES


async def test_a_file_is_judged_as_the_api_judges(desk: Room) -> None:
    await _puts(desk, ODD | LIKE_SERVICES)
    rows = [*ODD, *LIKE_SERVICES, "C101", "999"]
    text = "房间,时间,日期\n" + "".join(f"{room},07:00,{TOMORROW}\n" for room in rows)
    found = (await _brings(desk, f"{REGISTER}/import", text, "good")).json()
    assert (found["kept"], found["wrong"]) == (10, 2)
    wrong = {row["room"]: row["faults"] for row in found["rows"] if row["faults"]}
    assert wrong == {"C101": ["number"], "999": ["emergency"]}
    assert await _rings(desk) == ODD | LIKE_SERVICES


async def test_five_hundred_rooms_from_a_file(desk: Room) -> None:
    names = [f"{'ABW'[n % 3]}{'-' * (n % 2)}{100 + n}" for n in range(500)]
    text = "房间,号码\n" + "".join(f"{name},{8000 + n}\n" for n, name in enumerate(names))
    assert (await _brings(desk, f"{ROOMS}/import", text, "nothing")).json()["good"] == 500
    assert (await desk.get(ROOMS)).json() == []
    assert (await _brings(desk, f"{ROOMS}/import", text)).json()["kept"] == 500
    wishes = "房间,时间,日期\n" + "".join(f"{name},07:00,{TOMORROW}\n" for name in names)
    assert (await _brings(desk, f"{REGISTER}/import", wishes)).json()["kept"] == 500
    assert await _rings(desk) == {name: f"{8000 + n}" for n, name in enumerate(names)}
    out = (await desk.get("/api/v1/rooms.csv")).content.decode("utf-8-sig")
    again = (await _brings(desk, f"{ROOMS}/import", out)).json()
    assert (again["kept"], again["wrong"]) == (500, 0), "what is exported can be brought again"
    told = [one.detail for one in await _on_record(desk, "room.import", "rooms")]
    assert told == ["500 rooms, 500 changed", "500 rooms, 0 changed"]


async def test_a_wrong_line_keeps_all_or_only_itself_away(desk: Room) -> None:
    text = "room,number\nA101,8201\nB101,110\nA101,8202\nC101,8201\n"
    refused = await _brings(desk, f"{ROOMS}/import", text)
    assert refused.status_code == 422
    rows = refused.json()["read"]["rows"]
    assert [row["faults"] for row in rows] == [["taken"], ["emergency"], ["twice"], ["taken"]]
    assert (await desk.get(ROOMS)).json() == []
    good = "room,number\nA101,8201\nB101,110\n"
    assert (await _brings(desk, f"{ROOMS}/import", good, "good")).json()["kept"] == 1


async def test_each_change_is_on_record_and_what_is_so_already_is_none(desk: Room) -> None:
    for _ in range(2):
        await _puts(desk, {"a101": "8201"})
    refused = await _asks(desk, "PUT", f"{ROOMS}/B101", json={"number": "8201"})
    assert (refused.status_code, "Another room" in refused.text) == (409, True)
    assert (await _asks(desk, "DELETE", f"{ROOMS}/A101")).status_code == 204
    assert (await _asks(desk, "DELETE", f"{ROOMS}/A101")).status_code == 404
    seen = [(one.action, one.detail) for one in await audit_entries(desk, "A101")]
    assert sorted(seen) == [("room.removed", "8201"), ("room.saved", "8201")]


async def test_who_may_not_change_the_table(desk: Room) -> None:
    async with desk.seated(Role.JUNIOR_AGENT) as agent:
        assert (await agent.get(ROOMS)).status_code == 200
        assert (await agent.put(f"{ROOMS}/A101", json={"number": "8201"})).status_code == 403
        answer = await agent.post(f"{ROOMS}/import", content=b"room,number\n", headers=CSV)
        assert answer.status_code == 403
    async with desk.seated(Role.FLOOR_ATTENDANT) as attendant:
        assert (await attendant.get(ROOMS)).status_code == 403


async def test_a_room_that_gets_another_telephone_is_woken_there(desk: Room) -> None:
    await _puts(desk, {"A101": "8201", "B101": "8202"})
    for room in ("A101", "B101", "8230"):
        assert (await _registers(desk, room)).status_code == 201
    swapped = "room,number\nA101,8202\nB101,8201\n8230,8231\n"
    assert (await _brings(desk, f"{ROOMS}/import", swapped)).json()["kept"] == 3
    assert await _rings(desk) == {"A101": "8202", "B101": "8201", "8230": "8231"}
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = await connection.execute(select(WakeUpRow.number, WakeUpRow.state))
        assert sorted(tuple(each) for each in found) == [
            (number, "waiting") for number in ("8201", "8202", "8231")
        ]
    await made.dispose()


async def test_the_page_has_the_table_and_takes_a_file(desk: Room) -> None:
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        wrong = await clerk.post("/rooms", data={"csrf": CSRF, "room": "119", "number": "119"})
        assert (wrong.status_code, "这是紧急号码" in wrong.text) == (422, True)
        one = {"csrf": CSRF, "room": "W-101", "number": "8203"}
        assert (await clerk.post("/rooms", data=one)).status_code == 303
        text = "房间,号码\nA101,8201\nB101,8203\n".encode()
        seen = await clerk.post(
            "/rooms/import", data={"csrf": CSRF}, files={"file": ("a.csv", text)}
        )
        assert "1 行可以登记，1 行有问题" in seen.text
        assert "是另一个房间的号码" in seen.text
        form = {"csrf": (None, CSRF), "text": (None, "room,number\r\nA101,8201\r\n")}
        kept = await clerk.post("/rooms/import/keep", files=form)
        assert kept.headers["location"] == "/rooms?saved=1"
        shown = (await clerk.get("/rooms?saved=1")).text
        assert all(each in shown for each in ("已登记 1 间", "W-101", "8203", "A101", "8201"))
        gone = await clerk.post("/rooms/remove", data={"csrf": CSRF, "room": "A101"})
        assert gone.headers["location"] == "/rooms?saved=off"
        assert (await clerk.post("/rooms/import", data={"csrf": CSRF})).status_code == 422


def _workbook() -> bytes:
    """Return a list as people save it: a title, another order of columns, a filtered row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["客房电话"], ["分机", "备注", "房号"], [8201, "", "A101"], [8202, "旧", "B101"]):
        sheet.append(row)
    sheet.append([8203, "", "12-05"])
    sheet.row_dimensions[4].hidden = True
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


async def test_a_workbook_is_read_like_every_other_list(desk: Room, tmp_path: Path) -> None:
    """By the API and the page: in a sandbox, without the rows that nobody sees, which is said."""
    content = _workbook()
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        looked = await clerk.post(f"{ROOMS}/import", content=content, headers=CSV)
        found = looked.json()
        assert (looked.status_code, found["good"], found["wrong"]) == (200, 2, 0), found
        assert [each["room"] for each in found["rows"]] == ["A101", "12-05"]
        assert any(each["what"].startswith("hidden") for each in found["remarks"]), found["remarks"]
        shown = await clerk.post(
            "/rooms/import", data={"csrf": CSRF}, files={"file": ("a.xlsx", content)}
        )
        assert shown.status_code == 200
        assert "A101" in shown.text
        assert "B101" not in shown.text
    kept = await _asks(
        desk, "POST", f"{ROOMS}/import", content=content, params={"keep": "all"}, headers=CSV
    )
    assert kept.json()["kept"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "XLSX"),
        (b"PK\x03\x04 torn", "torn"),
    ],
)
async def test_what_is_no_list_is_a_sentence(desk: Room, content: bytes, said: str) -> None:
    refused = await _asks(desk, "POST", f"{ROOMS}/import", content=content, headers=CSV)
    assert refused.status_code == 422
    read = refused.json()["read"]
    assert read["fault"] == "unreadable"
    assert said in read["said"]["en"], read["said"]


async def test_the_command_line_does_the_same(
    desk: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDRING_HOME", str(desk.settings.home))
    monkeypatch.setenv("THIRDRING_DATABASE_URL", desk.settings.database)
    file = tmp_path / "rooms.csv"
    file.write_text("room,number\nA101,8201\nB101,110\n")

    async def says(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, command, list(words))
        return done.exit_code, done.output

    code, told = await says("import", str(file))
    assert (code != 0, "Line 3 (B101 110): emergency" in told) == (True, True), told
    assert (await says("import", str(file), "--good"))[0] == 0
    assert (await says("set", "w-101", "8203"))[0] == 0
    code, told = await says("set", "c101", "8203")
    assert (code != 0, "Another room" in told) == (True, True)
    assert '"room": "W-101"' in (await says("list", "--json"))[1]
    assert (await says("remove", "A101"))[0] == 0
    assert [each["room"] for each in (await desk.get(ROOMS)).json()] == ["W-101"]
    assert len(await _on_record(desk, "room.saved", "W-101")) == 1
    book = tmp_path / "rooms.xlsx"
    book.write_bytes(_workbook())
    code, told = await says("import", str(book), "--good")
    assert (code, "1 rooms are in the table." in told, "Hidden rows" in told) == (0, True, True), (
        told
    )


async def _on_record(desk: Room, action: str, subject: str) -> list[AuditEntry]:
    return [one for one in await audit_entries(desk, subject) if one.action == action]
