"""The trunk's number plan makes what is dialled: seen as INVITEs on the far side of the trunk."""

from urllib.parse import quote

import pytest

from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row, running
from tests.end_to_end.outbound.test_campaigns import runs
from tests.end_to_end.peer import BUSY, Peer
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
OWN_HOUSE = True
HOTLINE = {"answer_after": 0}
SEAT = "8101"
SPELLINGS = (
    "13800138000",
    "+8613800138000",
    "008613800138000",
    "013800138000",
    "138-0013-8000",
    "１３８００１３８０００",
)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("plan", "mobile", "landline", "abroad"),
    [
        ({"dial_outside": "9"}, "913800138000", "901062345678", "90081332249999"),
        ({"dial_form": "+"}, "+8613800138000", "+861062345678", "+81332249999"),
        ({"dial_form": "00"}, "008613800138000", "00861062345678", "0081332249999"),
        ({"dial_trunk_prefix": "0"}, "013800138000", "01062345678", "0081332249999"),
    ],
    ids=["a 9 leads outside", "plus", "two zeros", "a trunk prefix"],
)
async def test_the_trunk_gets_numbers_as_it_wants_them(
    plan: dict[str, str], mobile: str, landline: str, abroad: str
) -> None:
    port = free_port()
    wanted = {
        "parts": "asterisk desk dispatch",  # nobody lifts who would hear or say a word
        "trunk_out": f"127.0.0.1:{port}",
        "dial_allowed": "house,home,+81",
        "callback_tries": 1,
        "wrap_up_for": 0,
    }
    with running(**wanted, **plan) as house:
        password = house.seat_password(SEAT)
        async with (
            Peer(house.settings.sip_port, port=port) as trunk,
            Peer(house.settings.sip_port, number=SEAT, password=password) as seat,
        ):
            trunk.reply = lambda _: BUSY
            assert await seat.register() == 200
            await _a_campaign(house, trunk, mobile, landline, abroad)
            trunk.invites.clear()
            await _a_promised_call(house, trunk, mobile)
            await _no_emergency_number(house)
            assert set(trunk.invites) == {mobile}
            assert seat.invites == [SEAT]


async def _a_campaign(house: House, trunk: Peer, mobile: str, landline: str, abroad: str) -> None:
    numbers = ["13800138000", "01062345678", "0081332249999"]
    async with runs(house, numbers):
        await until(lambda: len(set(trunk.invites)) >= 3, within=20, what="all are rung", every=0.1)
    assert set(trunk.invites) == {mobile, landline, abroad}
    rows = await house.rows("SELECT number, dialled FROM attempts")
    assert {row["number"]: row["dialled"] for row in rows} == dict(
        zip(numbers, (mobile, landline, abroad), strict=True)
    )


async def _a_promised_call(house: House, trunk: Peer, mobile: str) -> None:
    async with signed_in(house, "1001") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page():
            for number in SPELLINGS:
                asked = {"number": number, "minutes": 1}
                answer = await agent.client.post("/api/v1/callbacks", json=asked)
                assert answer.is_success, number
            offer = await agent.hears("offer", within=20)
            assert offer.data["number"] == "13800138000"
            await until(lambda: trunk.invites == [mobile], within=15, what="the customer is rung")


async def _no_emergency_number(house: House) -> None:
    """Nor does the trunk's plan make one dialable, however it was written."""
    numbers = ["110", "0110", "9110", "010119", "911"]

    async def refused() -> bool:
        rows = await house.rows("SELECT number FROM attempts WHERE result = 'not_allowed'")
        return {row["number"] for row in rows} >= set(numbers)

    async with runs(house, numbers):
        await until(refused, within=20, what="all are refused", every=0.2)


@pytest.mark.timeout(90)
@pytest.mark.parametrize(("behind_it", "sent"), [(False, "110"), (True, "9110")])
async def test_people_reach_the_police_by_what_the_pbx_wants(behind_it: bool, sent: str) -> None:
    """In a house where a 9 leads outside; its PBX has emergency numbers with the 9 or without."""
    port = free_port()
    plan = {"dial_outside": "9", "dial_emergency_outside": behind_it, "region": "AC"}
    with running(parts="asterisk calls", trunk_out=f"127.0.0.1:{port}", **plan) as house:
        password = house.password("8001")
        async with (
            Peer(house.settings.sip_port, port=port) as trunk,
            Peer(house.settings.sip_port, number="8001", password=password) as phone,
        ):
            trunk.reply = lambda _: BUSY
            assert await phone.register() == 200
            assert await phone.dials("110") == 486
            assert trunk.invites == [sent]


@pytest.mark.timeout(90)
async def test_a_caller_is_one_customer_however_the_trunk_sends_the_number(house: House) -> None:
    senders = [quote(one, safe="+-") for one in SPELLINGS]
    async with Peer(house.settings.sip_port) as trunk:
        for sender in (*senders, "anonymous", "alice"):
            call = await trunk.dials(house.settings.hotline_number, sender=sender)
            assert not isinstance(call, int), f"{sender}: {call}"
            await trunk.hangs_up(call)

    async def kept() -> list[Row]:
        rows = await house.rows("SELECT number, identity FROM calls WHERE state = 'ended'")
        return rows if len(rows) == len(senders) + 2 else []

    rows = await until(kept, within=20, what="every call is a row", every=0.3)
    assert {row["number"]: row["identity"] for row in rows} == {
        **dict.fromkeys(SPELLINGS, "+8613800138000"),
        "anonymous": "",
        "alice": "",
    }
