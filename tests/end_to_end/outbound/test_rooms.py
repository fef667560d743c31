"""Rooms of a table behind a PBX: woken, announced to attendants in one call, taken (WAK-1…3).

The PBX plays every room and turns each call away (busy); attendants have one line each, and hear
real words. Long: sixty rooms and three attendants (`make soak`).
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from caller.leg import Leg, LineGoneError
from caller.phone import NEVER, AgentPhone, Answering, Phone
from features.wake_ups.tables import WakeUpRow
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row, running
from tests.end_to_end.matters import write
from tests.end_to_end.peer import BUSY, Peer
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
ATTENDANTS = ("8101", "8102", "8103")
MENU = "8500"
PORT = free_port()
HOUSE = {
    "parts": "asterisk calls ledger desk dispatch",
    "trunk_out": f"127.0.0.1:{PORT}",
    "wake_ring_for": 6,
    "wake_again_every": 5,
    "wake_give_up_after": 10,
    "wake_knock_within": 10,
    "lines_out": 30,
}
ODD = ["A101", "B101", "W-101", "12-05", "119"]


@asynccontextmanager
async def hotel(**more: object) -> AsyncIterator[tuple[House, Peer, Phone]]:
    """A house, its PBX in which every room is busy, and telephones."""
    with running(**HOUSE, **more) as house:
        async with (
            Peer(house.settings.sip_port, port=PORT) as pbx,
            Phone(port=house.settings.sip_port) as phone,
        ):
            pbx.reply = lambda _: BUSY
            yield house, pbx, phone
        await house.is_quiet()


async def _checks_in(clerk: httpx.AsyncClient, house: House, table: Mapping[str, str]) -> None:
    """Bring the rooms and a wake-up for each, as files; move the wake-ups near."""
    csv = {"Content-Type": "text/csv"}
    keep = {"keep": "all"}
    rooms = "房间,号码\n" + "".join(f"{room},{number}\n" for room, number in table.items())
    answer = await clerk.post(
        "/api/v1/rooms/import", content=rooms.encode(), params=keep, headers=csv
    )
    assert answer.json()["kept"] == len(table), answer.text
    at = datetime.now(house.settings.zone) + timedelta(hours=3)
    wishes = "房间,时间,日期\n" + "".join(f"{room},{at:%H:%M},{at:%Y-%m-%d}\n" for room in table)
    answer = await clerk.post(
        "/api/v1/wake-registrations/import", content=wishes.encode(), params=keep, headers=csv
    )
    assert answer.json()["kept"] == len(table), answer.text
    soon = datetime.now(UTC) + timedelta(seconds=3)

    async def move(connection: AsyncConnection) -> None:
        await connection.execute(update(WakeUpRow).values(due=soon, next_at=soon, asked_for=soon))

    await write(house, move)


async def _told(house: House, number: str) -> list[Row]:
    """Return the rooms of the call to an attendant that goes on, in their order."""
    return await house.rows(
        "SELECT r.position, r.announced_at, r.said, r.wake_up_id FROM attendant_call_rooms r "
        "JOIN attendant_calls c ON c.id = r.call_id "
        "WHERE c.number = :number AND c.ended_at IS NULL ORDER BY r.position",
        number=number,
    )


async def _were_accepted(house: House) -> set[int]:
    rows = await house.rows("SELECT wake_up_id FROM attendant_call_rooms WHERE said = 'accepted'")
    return {int(row["wake_up_id"]) for row in rows}


async def _works(house: House, phone: AgentPhone, *, takes_all: bool = False) -> None:
    """Take every call: go to each room that is named, and report it when it is named again."""
    while True:
        leg = await phone.rings(within=600)
        try:
            await leg.answered(within=20)
            await _listens(house, phone.number, leg, takes_all=takes_all)
        except LineGoneError:
            continue


async def _listens(house: House, number: str, leg: Leg, *, takes_all: bool) -> None:
    done: set[int] = set()
    while not leg.is_over:
        rooms = await _told(house, number)
        before = await _were_accepted(house)
        fresh = [
            room
            for room in rooms
            if room["announced_at"] and not room["said"] and int(room["position"]) not in done
        ]
        if fresh:
            place = int(fresh[-1]["position"])
            again = int(fresh[-1]["wake_up_id"]) in before
            await leg.presses("2" if again else "3" if takes_all else "1")
            done.add(place)
        await leg.waits(0.2)


def _overlaps(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    """Give who was rung while an attempt at the same number went on."""
    by_number: dict[str, list[Row]] = {}
    for row in rows:
        by_number.setdefault(str(row["number"]), []).append(row)
    for number, calls in by_number.items():
        calls.sort(key=lambda row: str(row["rung_at"]))
        for one, other in pairwise(calls):
            if str(other["rung_at"]) < str(one["ended_at"]):
                yield number, str(one["id"]), str(other["id"])


async def _all_are_awake(house: House, count: int, within: float) -> list[Row]:
    async def awake() -> bool:
        rows = await house.rows("SELECT state FROM wake_ups")
        return [row["state"] for row in rows] == ["awake"] * count

    async def all_over() -> bool:
        return not await house.rows("SELECT id FROM attempts WHERE ended_at IS NULL")

    await until(awake, within=within, what="every room is reported", every=0.5)
    await until(all_over, within=20, what="the last call is over", every=0.3)
    return await house.rows("SELECT * FROM attempts WHERE rung_at IS NOT NULL")


async def _one_night(
    table: Mapping[str, str],
    *,
    within: float,
    attendants: Sequence[str],
    takes_all: Sequence[str] = (),
    without_our_service: bool = False,
) -> list[Row]:
    """Wake everybody; return the rooms of all calls to attendants."""
    async with (
        hotel(attendants=",".join(attendants)) as (house, pbx, phone),
        signed_in(house, "7001", "switchboard") as clerk,
    ):
        people = [
            await phone.register(seat, house.seat_password(seat), Answering(after=0.3))
            for seat in attendants
        ]
        work = [
            asyncio.create_task(_works(house, each, takes_all=each.number in takes_all))
            for each in people
        ]
        try:
            await _checks_in(clerk.client, house, table)
            if without_our_service:
                house.signal("calls", signal.SIGSTOP)
            attempts = await _all_are_awake(house, len(table), within)
        finally:
            house.signal("calls", signal.SIGCONT)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        assert set(pbx.invites) == set(table.values()), "each room at its own telephone"
        assert not list(_overlaps(attempts)), "somebody was rung twice at once"
        turned_away = [
            row for row in attempts if row["who"] == "attendant" and row["result"] != "answered"
        ]
        assert not turned_away
        return await house.rows("SELECT * FROM attendant_call_rooms ORDER BY call_id, position")


@pytest.mark.timeout(240)
async def test_rooms_of_a_table_are_announced_in_one_call_accepted_and_reported() -> None:
    table = {room: str(8201 + which) for which, room in enumerate(ODD)}
    rooms = await _one_night(table, within=120, attendants=ATTENDANTS[:2])
    calls = {row["call_id"] for row in rooms}
    assert len(calls) == 2, "one to send somebody, one to be told"
    assert [row["said"] for row in rooms] == ["accepted"] * 5 + ["reported"] * 5
    assert all(row["announced_at"] for row in rooms)


@pytest.mark.soak
@pytest.mark.timeout(240)
async def test_without_our_service_the_rooms_are_told_all_the_same() -> None:
    table = {"A101": "8201", "12-05": "8202"}
    rooms = await _one_night(table, within=150, attendants=ATTENDANTS[:1], without_our_service=True)
    assert [row["said"] for row in rooms] == ["accepted"] * 2 + ["reported"] * 2
    assert all(row["announced_at"] for row in rooms)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_sixty_rooms_and_three_attendants_with_one_line_each() -> None:
    names = [f"{'ABW'[n % 3]}{'-' * (n % 2)}{100 + n}" for n in range(500)]
    table = {room: str(2000 + which) for which, room in enumerate(names[:60])}
    rooms = await _one_night(table, within=780, attendants=ATTENDANTS, takes_all=ATTENDANTS[2:])
    said: dict[int, list[str]] = {}
    for row in rooms:
        said.setdefault(int(row["wake_up_id"]), []).append(str(row["said"]))
    assert len(said) == 60
    assert all(set(each) >= {"accepted", "reported"} for each in said.values())
    taken_at_once = {row["call_id"] for row in rooms if not row["announced_at"]}
    for row in rooms:
        assert row["announced_at"] or row["call_id"] in taken_at_once


@pytest.mark.timeout(180)
async def test_the_guests_menu_is_reached_through_a_pbx_by_rooms_of_the_table() -> None:
    async with (
        hotel() as (house, _pbx, phone),
        signed_in(house, "7001", "switchboard") as clerk,
    ):
        agent = await phone.register("8002", house.password("8002"), NEVER)
        put = await clerk.client.put("/api/v1/rooms/W-101", json={"number": "8203"})
        assert put.status_code == 200, put.text
        at = datetime.now(house.settings.zone) + timedelta(hours=3)
        leg = await phone.call(MENU, caller="8203")
        await leg.answered(within=5)
        await leg.hears_words(within=5)
        await leg.waits(1.0)
        for key in f"{at:%H%M}":
            await leg.presses(key)
            await leg.waits(0.3)
        await leg.hears_words(within=5)
        await leg.waits(2.0)
        await leg.presses("1")
        await leg.ended(within=30)
        [line] = (await clerk.client.get("/api/v1/wake-registrations")).json()
        assert (line["room"], line["number"], line["wall"]) == ("W-101", "8203", f"{at:%H:%M}")
        assert line["made_through"] == "guest"

        stranger = await phone.call(MENU, caller="13800138000")
        await stranger.answered(within=5)
        await agent.rings(within=40)  # no room of the table: words, and the switchboard
        await stranger.hangs_up()
        assert len((await clerk.client.get("/api/v1/wake-registrations")).json()) == 1
