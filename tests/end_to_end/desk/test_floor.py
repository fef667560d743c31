"""Agents at work on a real Asterisk: told of a caller before the phone rings, and never a ghost."""

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from caller.listen import Samples
from caller.phone import AgentPhone, Answering, Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_WHO_WRITE
from tests.end_to_end.matters import ticket, write
from tests.end_to_end.work import asks_for_an_agent
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_WHO_WRITE

MEMBERS = "queue show hotline"
SEAT = "8101"


async def _desk_phone(house: House, phone: Phone, how: Answering, seat: str = SEAT) -> AgentPhone:
    return await phone.register(seat, house.seat_password(seat), how)


async def test_the_page_is_told_of_the_caller_before_the_phone_rings(
    house: House,
    phone: Phone,
    words: Callable[[float], Samples],
    capsys: pytest.CaptureFixture[str],
) -> None:
    seat = await _desk_phone(house, phone, Answering(after=0.5))
    async with signed_in(house, "1001") as agent, agent.page():
        given = await agent.begins("phone", SEAT)
        assert given["seat"] == SEAT
        await agent.is_seen("ready")
        call = await asks_for_an_agent(house, phone, words(1.5), "told")
        leg = await seat.rings(within=20)
        rang_at = time.monotonic() - leg.now
        offer = await agent.hears("offer", within=2)
        assert offer.at < rang_at, "the phone rang before the page was told"
        assert offer.data["number"] == "13800138000"
        assert offer.data["topic"] == "consultation"
        assert "1001" in offer.data["script"][0]
        await leg.answered(within=5)
        talking = await agent.hears("talking")
        assert talking.data["call"] == offer.data["call"]
        await agent.is_seen("talking")
        await call.hangs_up()
        ended = await agent.hears("call_ended")
        assert ended.data["call"] == offer.data["call"]
        await agent.is_seen("wrap_up")
        await agent.is_seen("ready", after=ended.at)
    row = await house.call_of("told")
    assert row["id"] == offer.data["call"]
    assert row["agent"] == "1001"
    with capsys.disabled():
        print(f"\n  offer {1000 * (rang_at - offer.at):.0f} ms before the desk phone's INVITE")


@pytest.mark.parametrize("number", ["1002", "1012"])
async def test_who_rests_is_not_rung_and_who_misses_is_resting(
    house: House, phone: Phone, words: Callable[[float], Samples], number: str
) -> None:
    caller = f"1390000{number}"
    await write(house, ticket(caller, handler="1012", due_in=timedelta(hours=3)))  # QUE-3
    absent = await _desk_phone(house, phone, Answering(after=None))
    async with signed_in(house, number) as agent, agent.page():
        await agent.begins("phone", SEAT)
        await agent.is_seen("ready")
        assert (await agent.is_now("paused", "用餐")).status_code == 200
        await agent.is_seen("paused")
        await until(
            lambda: house.shows(MEMBERS, "paused:用餐"), within=5, what="paused in Asterisk"
        )
        assert (await agent.is_now("ready")).status_code == 200
        await until(lambda: house.shows_no(MEMBERS, "paused"), within=5)
        call = await asks_for_an_agent(house, phone, words(1.5), f"missed-{number}", caller=caller)
        await absent.rings(within=20)
        gone = await agent.hears("offer_gone", within=15)
        assert gone.data["call"]
        paused = await agent.is_seen("paused", after=gone.at - 1, within=5)
        await until(
            lambda: any(
                one.name == "duty" and one.data["reason"] == "missed" and one.data["missed"] == 1
                for one in agent.events
            ),
            within=5,
            what=f"the miss is counted {paused}",
        )
        await call.waits(2.0)
        assert len(absent.calls) == 1, "rung again after the miss"
        await call.hangs_up()
    await until(lambda: house.shows_no(MEMBERS, SEAT), within=5, what="signed out of the queue")


async def test_whose_page_is_closed_is_away_within_five_seconds_and_as_before_when_back(
    house: House,
) -> None:
    async with signed_in(house, "1003") as agent:
        async with agent.page("work-a"):
            await agent.begins("phone", SEAT)
            await agent.is_seen("unreachable")  # no phone is registered there
        closed = time.monotonic()
        await until(lambda: house.shows(MEMBERS, "browser_closed"), within=8, every=0.1)
        assert time.monotonic() - closed < 5.0
        async with agent.page("work-b"):
            await until(lambda: house.shows_no(MEMBERS, "paused"), within=3, every=0.1)
            await agent.is_seen("unreachable", after=closed)


@pytest.mark.parametrize("which", ["desk", "asterisk"])
async def test_after_a_restart_everybody_is_as_before_and_nobody_a_ghost(
    house: House, which: str
) -> None:
    number = "1004" if which == "desk" else "1005"
    async with signed_in(house, number) as agent, agent.page():
        await agent.begins("phone", SEAT)
        await agent.is_now("paused", "午休")
        await until(lambda: house.shows(MEMBERS, "paused:午休"), within=5)
        killed = time.monotonic()
        pid = house.signal(which, signal.SIGKILL)
        # Somebody else is a member that nobody at work stands for: a ghost.
        await house.is_back(which, after=pid, within=30)
        await agent.hears("state", after=killed, within=30) if which == "desk" else None
        await until(lambda: house.shows(MEMBERS, "paused:午休"), within=30, every=0.3)
        await until(lambda: house.shows(f"queue show own-{SEAT}", number), within=10)
        await until(lambda: _is_ready(agent), within=10, every=0.1)
        await until(lambda: house.shows_no(MEMBERS, "paused"), within=10, every=0.2)


async def _is_ready(agent: Agent) -> bool:
    """Ask to be ready; a desk that has only just started says so, and nothing that is not true."""
    answer = await agent.is_now("ready")
    assert answer.status_code in {200, 503}, answer.text
    return answer.is_success


async def test_a_ghost_among_the_members_is_sent_away(house: House) -> None:
    await house.asterisk("queue add member PJSIP/8102 to hotline penalty 0 as 9999")
    assert await house.shows(MEMBERS, "8102")
    pid = house.signal("desk", signal.SIGKILL)
    await house.is_back("desk", after=pid, within=30)
    await until(lambda: house.shows_no(MEMBERS, "8102"), within=60, every=0.3)


async def test_a_second_agent_cannot_take_a_seat_nor_one_agent_two(house: House) -> None:
    async with signed_in(house, "1006") as one, signed_in(house, "1007") as other:
        await one.begins("phone", SEAT)
        refused = await other.asks("/api/v1/duty", kind="phone", phone=SEAT)
        assert refused.status_code == 409
        second = await one.asks("/api/v1/duty", kind="phone", phone="8102")
        assert second.status_code == 409
        browsers = await asyncio.gather(*(other.begins("browser") for _ in range(3)))
        assert {each["seat"] for each in browsers} == {"w01"}
        assert browsers[0]["password"]
        assert browsers[0]["ws_url"].startswith("ws://127.0.0.1:")
