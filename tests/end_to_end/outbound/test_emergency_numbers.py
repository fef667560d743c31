"""People reach the police and the fire brigade from every phone; the machine never rings them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.guests import Guests
from caller.listen import Samples
from caller.phone import Phone
from settings import Settings
from supervisor import asterisk
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House
from tests.end_to_end.work import asks_for_an_agent, at_work, call_id
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
PORT = free_port()
HOTLINE = {
    "parts": "asterisk calls ledger desk dispatch",
    "trunk_out": f"127.0.0.1:{PORT}",
    "max_wait": 40,
    "wrap_up_for": 0,
    "dial_allowed": "house",
}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Guests]:
    """Everybody behind the trunk; writes down who was rung."""
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    found = Guests(installation.program("sipp"), PORT, tmp_path)
    found.check_in()
    yield found
    found.check_out()


def _rung(outside: Guests) -> list[str]:
    return [number for _, number in outside.invites()]


async def test_a_phone_of_the_house_reaches_the_police(
    house: House, phone: Phone, outside: Guests
) -> None:
    desk = await phone.register("8001", house.password("8001"))
    leg = await desk.dials("110")
    await leg.answered(within=10)
    assert _rung(outside) == ["110"]
    await leg.hangs_up()


async def test_a_phone_reaches_nobody_else_outside(
    house: House, phone: Phone, outside: Guests
) -> None:
    desk = await phone.register("8001", house.password("8001"))
    for number in ("13800138000", "1100", "9110"):
        leg = await desk.dials(number)
        await leg.ended(within=10)
    assert _rung(outside) == []


async def test_an_agent_connects_a_caller_with_an_ambulance(
    house: House, phone: Phone, outside: Guests, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "4003", "8101") as worker:
        caller = await asks_for_an_agent(house, phone, words(1.5), "hurt")
        agent = await worker.talks()
        call = await call_id(house, "hurt")

        async def transferred() -> bool:
            path = f"/api/v1/calls/{call}/transfer"
            return (await worker.agent.asks(path, to="120")).is_success

        await until(transferred, within=5, what="the transfer is taken", every=0.3)
        await agent.ended(within=5)
        await until(lambda: _rung(outside) == ["120"], within=5, what="120 is rung")
        await caller.waits(2.0)
        assert not caller.is_over, "the caller was let go"
        await caller.hangs_up()


async def test_the_register_takes_no_room_whose_number_is_an_emergency_number(
    house: House, phone: Phone, outside: Guests
) -> None:
    """Room 119 has another telephone number, or none."""
    tomorrow = datetime.now(house.settings.zone) + timedelta(days=1)
    async with signed_in(house, "7001", "switchboard") as clerk:
        wanted = {"room": "119", "wall": "07:00", "first_day": f"{tomorrow:%Y-%m-%d}"}
        refused = await clerk.client.post("/api/v1/wake-registrations", json=wanted)
        assert refused.status_code == 422
        assert "emergency number" in refused.json()["detail"]
        wanted["number"] = "8001"
        kept = await clerk.client.post("/api/v1/wake-registrations", json=wanted)
        assert kept.status_code == 201


async def test_a_wake_up_that_may_not_be_rung_ends_so_and_no_phone_outside_rings(
    house: House, phone: Phone, outside: Guests
) -> None:
    """`dial_allowed` names the house's own phones only."""
    tomorrow = datetime.now(house.settings.zone) + timedelta(days=1)
    async with signed_in(house, "7002", "switchboard") as clerk:
        wanted = {"room": "2000", "wall": "07:00", "first_day": f"{tomorrow:%Y-%m-%d}"}
        refused = await clerk.client.post("/api/v1/wake-registrations", json=wanted)
        assert refused.status_code == 422, "refused as soon as it is asked for"
        wanted["number"] = "8002"
        assert (await clerk.client.post("/api/v1/wake-registrations", json=wanted)).is_success
    await house.changes(
        "UPDATE wake_ups SET due = :now, next_at = :now, asked_for = :now, number = '2000'"
        " WHERE number = '8002'",
        now=datetime.now(UTC),
    )

    async def ends_so() -> bool:
        rows = await house.rows("SELECT result FROM attempts WHERE number = '2000'")
        return [row["result"] for row in rows][:1] == ["not_allowed"]

    await until(ends_so, within=10, what="it is refused", every=0.2)
    assert _rung(outside) == []
    figures = house.settings.paths.run / "dispatch.prom"
    counted = 'thirdring_dispatch_not_allowed_total{why="sort"}'
    await until(lambda: counted in figures.read_text(), within=5, what="it is counted")
    await house.changes("UPDATE wake_ups SET state = 'cancelled', next_at = NULL")
