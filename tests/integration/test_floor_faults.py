"""The floor when the link breaks or the database stalls: nothing twice, nothing forgotten."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from ami import link as links
from features.duties.queries import AtWorkError, DutyKind, DutyState, SeatTakenError
from floor import availability
from floor import offer_order as priority
from floor.control import NotDoneError, NotTalkingError, Script
from floor.people import DeviceState
from floor.queue_openers import NEVER_RUNG
from floor.streams import ROOM
from permissions.roles import Role
from tests.fakes.ami_floor import FakeFloor
from tests.integration.floor_room import INTERFACE, LINKED, MEMBERS, next_of, running, talking
from tests.waiting import until


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "BACK_OFF", (0.001, 0.01))


async def test_who_signs_in_is_a_member_under_the_account_s_number(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        assert (agent.seat, room.members()) == ("w01", MEMBERS)
        assert fake.members["hotline", INTERFACE]["Name"] == "1001"
        assert await room.signs_in() == agent, "asked again, the same seat"
        assert (await room.signs_in(1)).seat == "w02"
        rests = await room.floor.attendance.turn(
            agent, DutyState.PAUSED, reason="用餐", now=room.floor.now()
        )
        assert rests is not None
        assert fake.members["hotline", INTERFACE]["PausedReason"] == "用餐"
        await room.floor.attendance.sign_out(rests, reason="", now=room.floor.now())
        assert room.members() == {("hotline", "PJSIP/w02"), ("own-w02", "PJSIP/w02")}
        assert [one.number for one in await room.at_work()] == ["1002"]


async def test_a_seat_has_one_person_and_a_person_one_seat(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        now = room.floor.now()
        await room.floor.attendance.sign_in(room.people[0], DutyKind.PHONE, "8101", now=now)
        with pytest.raises(SeatTakenError):
            await room.floor.attendance.sign_in(room.people[1], DutyKind.PHONE, "8101", now=now)
        with pytest.raises(AtWorkError):
            await room.signs_in(0)
        assert room.members() == {("hotline", "PJSIP/8101"), ("own-8101", "PJSIP/8101")}


@pytest.mark.parametrize("action", ["QueueAdd", "QueuePause"])
@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_link_cut_while_signing_in_is_made_good_when_it_is_back(
    database_url: str, action: str, carried_out: bool
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        fake.cut, fake.carried_out_before_the_cut = action, carried_out
        await room.signs_in()
        assert [one.seat for one in await room.at_work()] == ["w01"]
        await until(lambda: room.members() == MEMBERS, within=5)
        await until(lambda: all(one["Paused"] == "0" for one in fake.members.values()), within=5)


async def test_who_becomes_free_is_shown_to_the_favoured_caller_first(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        attendance, now = room.floor.attendance, room.floor.now()
        fake.joins("own-w01", LINKED)
        await until(lambda: LINKED in room.floor.live_state.waiting, within=5, every=0)
        rests = await attendance.turn(agent, DutyState.PAUSED, reason="用餐", now=now)
        assert rests is not None
        back = await attendance.turn(rests, DutyState.READY, reason="", now=now)
        assert back is not None
        await until(lambda: fake.members["own-w01", INTERFACE]["Paused"] == "0", within=5, every=0)
        assert fake.members["hotline", INTERFACE]["Paused"] == "1"
        assert ("hotline", NEVER_RUNG) in fake.members, "its callers are not sent to a message"
        await until(lambda: fake.members["hotline", INTERFACE]["Paused"] == "0", within=5)
        await until(lambda: ("hotline", NEVER_RUNG) not in fake.members, within=5)
        nudged = [(one["Channel"], one["Receive"]) for one in fake.sent("PlayDTMF")]
        assert nudged == [("PJSIP/trunk-0", "true")], "only who waits where the agent is shown"


async def test_who_becomes_free_while_a_phone_is_about_to_ring_is_shown_when_it_rings(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "SETTLES_S", 60.0)
    monkeypatch.setattr(priority, "SAYS_SO", timedelta(seconds=60))
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent, other = await room.signs_in(), await room.signs_in(1)
        attendance, now = room.floor.attendance, room.floor.now()
        rests = await attendance.turn(agent, DutyState.PAUSED, reason="用餐", now=now)
        assert rests is not None
        fake.joins("hotline", "trk-1.1")
        fake.joins("hotline", "trk-1.2")
        await until(lambda: len(room.floor.live_state.waiting) == 2, within=5, every=0)
        fake.phone(other.seat, DeviceState.IDLE)
        fake.offers("call-1", other.seat, "trk-1.1")
        await until(lambda: other.seat in room.floor.live_state.offers, within=5, every=0)
        back = await attendance.turn(rests, DutyState.READY, reason="", now=now)
        assert back is not None
        await asyncio.sleep(0.1)
        assert fake.members["hotline", INTERFACE]["Paused"] == "1"
        assert not fake.sent("PlayDTMF")
        fake.phone(other.seat, DeviceState.RINGING)
        await until(lambda: fake.members["hotline", INTERFACE]["Paused"] == "0", within=5, every=0)
        assert [one["Channel"] for one in fake.sent("PlayDTMF")] == ["PJSIP/trunk-2"]


async def test_who_rests_again_meanwhile_is_not_shown_to_anybody(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "HEAD_START_S", 0.05)
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        attendance = room.floor.attendance
        fake.joins("own-w01", LINKED)
        await until(lambda: LINKED in room.floor.live_state.waiting, within=5, every=0)
        for state in (DutyState.PAUSED, DutyState.READY, DutyState.PAUSED):
            turned = await attendance.turn(agent, state, reason="", now=room.floor.now())
            assert turned is not None
            agent = turned
        await asyncio.sleep(0.2)
        members = [one for (_, at), one in fake.members.items() if at == INTERFACE]
        assert [one["Paused"] for one in members] == ["1", "1"]


async def test_who_signs_out_while_the_link_is_down_is_no_ghost_afterwards(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        agent = await room.signs_in()
        fake.cut, fake.carried_out_before_the_cut = "QueueRemove", False
        await room.floor.attendance.sign_out(agent, reason="", now=room.floor.now())
        await until(lambda: room.members() == set(), within=5)


async def test_a_floor_that_starts_anew_makes_both_equal(database_url: str) -> None:
    async with FakeFloor() as fake:
        async with running(fake, database_url) as room:
            await room.signs_in()
        fake.members = {("hotline", "PJSIP/w02"): {"Name": "1002", "Paused": "0"}}
        async with running(fake, database_url) as room:
            await until(lambda: room.members() == MEMBERS, within=5)


async def test_a_miss_while_the_desk_was_away_is_taken_over(database_url: str) -> None:
    async with FakeFloor() as fake:
        async with running(fake, database_url) as room:
            await room.signs_in()
        fake.members["hotline", INTERFACE] |= {"Paused": "1", "PausedReason": "Auto-Pause"}
        async with running(fake, database_url) as room:
            await until(
                lambda: fake.members["own-w01", INTERFACE].get("PausedReason") == "missed", within=5
            )
            [duty] = await room.at_work()
            assert (duty.state, duty.reason) == (DutyState.PAUSED, "missed")


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_caller_is_taken_to_a_script_once_even_when_the_link_breaks(
    database_url: str, carried_out: bool
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        call = await talking(room)
        fake.cut, fake.carried_out_before_the_cut = "Redirect", carried_out
        with pytest.raises(NotDoneError) as lost:
            await room.floor.control.script(call, "w01", Script.SILENT)
        assert not lost.value.refused, "nobody knows whether it was done"
        await room.is_linked()
        with pytest.raises(NotTalkingError):
            await room.floor.control.script(call, "w01", Script.SILENT)
        assert len(fake.sent("Redirect")) == 1


async def test_a_database_that_stalls_does_not_hold_up_who_is_calling(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        room.records.stalls = True
        call = str(uuid.uuid4())
        fake.offers(call, "w01", LINKED)
        bare = await next_of(stream, "offer")
        assert (bare["call"], bare["number"], bare["calls"]) == (call, "13812345678", [])
        fake.connects("w01", LINKED)
        assert (await next_of(stream, "talking"))["call"] == call
        room.records.stalls = False
        room.records.stalled.set()
        assert (await next_of(stream, "offer"))["call"] == call, "whole, when the database answers"


@pytest.mark.sqlite_first
async def test_the_page_in_a_call_is_closed_and_the_caller_is_taken_to_music(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        await talking(room)
        loop = asyncio.get_running_loop()
        room.floor.close(stream)
        closed = loop.time()
        await until(lambda: bool(fake.sent("Redirect")), within=5, every=0.01)
        assert loop.time() - closed < 1.5
        [taken] = fake.sent("Redirect")
        assert (taken["Context"], taken["Channel"]) == ("reunite", "PJSIP/trunk-1")
        [named] = [one for one in fake.sent("Setvar") if one["Variable"] == "REUNITE_SEAT"]
        assert named["Value"] == "w01"
        await until(
            lambda: fake.members["hotline", INTERFACE].get("PausedReason") == "browser_closed",
            within=5,
        )
        assert loop.time() - closed < 5.0
        room.page()
        await until(lambda: fake.members["hotline", INTERFACE]["Paused"] == "0", within=5)
        [duty] = await room.at_work()
        assert duty.state is DutyState.READY


async def test_a_page_loaded_anew_in_a_call_takes_the_caller_to_music_at_once(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        await talking(room)
        room.floor.close(stream)
        room.floor.open(account_id=room.people[0], role=Role.JUNIOR_AGENT, page="work-b")
        await until(lambda: bool(fake.sent("Redirect")), within=5, every=0)


@pytest.mark.sqlite_first
async def test_a_stream_that_only_stumbles_leaves_the_call_alone(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        await talking(room)
        room.floor.close(stream)
        room.page()
        asked = len(fake.sent("Ping"))
        await until(lambda: len(fake.sent("Ping")) > asked + 1, within=5)  # over a second goes by
        assert fake.sent("Redirect") == []


@pytest.mark.sqlite_first
async def test_a_page_that_reads_no_more_counts_as_closed(database_url: str) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        for _ in range(ROOM + 1):
            room.floor.streams.tell_account(room.people[0], "notice", lambda _: {})
        assert stream.dropped
        await until(
            lambda: fake.members["hotline", INTERFACE].get("PausedReason") == "browser_closed",
            within=6,
        )


async def test_pages_are_told_when_the_link_is_lost_and_when_all_is_known_again(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url) as room:
        await room.signs_in()
        stream = room.page()
        assert (await next_of(stream, "state"))["connected"] is True
        fake.refuse(refused=True)
        assert (await next_of(stream, "state"))["connected"] is False
        fake.refuse(refused=False)
        back = await next_of(stream, "state")
        assert (back["connected"], back["duty"]["seat"]) == (True, "w01")
