"""What agents do with a call from their page, on a real Asterisk; no caller is ever forgotten."""

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from caller.leg import Leg
from caller.listen import Samples, found_in
from caller.phone import AgentPhone, Answering, Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_WHO_WRITE
from tests.end_to_end.people import answers_the_greeting, told
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_WHO_WRITE

SEAT = "8101"

Words = Callable[[float], Samples]


async def _at_work(
    house: House, phone: Phone, agent: Agent, seat: str = SEAT, how: Answering | None = None
) -> AgentPhone:
    registered = await phone.register(seat, house.seat_password(seat), how or Answering(after=0.3))
    await agent.begins("phone", seat)
    await agent.is_seen("ready")
    return registered


async def _asks_for_an_agent(
    house: House, phone: Phone, speech: Samples, ref: str, caller: str = "13800138000"
) -> Leg:
    call = await phone.call(house.settings.hotline_number, ref=ref, caller=caller)
    await answers_the_greeting(call, speech)
    await call.presses("3")
    return call


def _whole_offers(agent: Agent, after: float) -> list[dict[str, Any]]:
    """Return what the page was told of a known caller, in an event of its own or on connecting."""
    later = [one for one in agent.events if one.at > after]
    given = [one.data if one.name == "offer" else one.data.get("offer") for one in later]
    return [one for one in given if one and one.get("number") == "13800138000"]


async def test_a_caller_waits_while_the_only_agent_writes(
    house: House, phone: Phone, words: Words
) -> None:
    async with signed_in(house, "2001") as agent, agent.page():
        seat = await _at_work(house, phone, agent)
        first = await _asks_for_an_agent(house, phone, words(1.5), "first")
        leg = await seat.rings()
        await leg.answered(within=5)
        await agent.hears("talking")
        second = await _asks_for_an_agent(house, phone, words(1.5), "second", "13900139000")
        await first.hangs_up()
        ended = await agent.hears("call_ended")
        await agent.is_seen("wrap_up", after=ended.at - 0.5)
        again = await seat.rings(within=20)
        rang = time.monotonic() - again.now
        assert rang - ended.at > 5.0, "rung while writing"
        await again.answered(within=5)
        await second.hangs_up()
        await agent.is_now("ready")
        figures = (await agent.client.get("/metrics")).text
    assert 'thirdring_floor_steps_total{action="nudge",end="done"}' in figures, "asks at once"
    assert 'thirdring_floor_steps_total{action="nudge",end="refused"}' not in figures
    row = await house.call_of("second")
    assert (row["agent"], row["disposition"]) == ("2001", "agent")
    await until(lambda: house.shows_no("queue show hotline", "writing"), within=5)


async def test_after_a_script_key_the_agent_is_free_and_the_caller_who_speaks_comes_back(
    house: House, phone: Phone, words: Words
) -> None:
    async with signed_in(house, "2002") as agent, agent.page():
        seat = await _at_work(house, phone, agent)
        call = await _asks_for_an_agent(house, phone, words(1.5), "script")
        leg = await seat.rings()
        offer = await agent.hears("offer")
        await leg.answered(within=5)
        await agent.hears("talking")
        path = f"/api/v1/calls/{offer.data['call']}/script"
        pressed = time.monotonic()
        answer = await agent.asks(path, name="silent")
        assert answer.status_code == 200, answer.text
        assert (await agent.asks(path, name="silent")).status_code == 409, "once only"
        await leg.ended(within=3)
        ended = await agent.hears("call_ended", after=pressed)
        assert ended.data["parted"] == "script-silent"
        await agent.is_seen("ready", after=pressed)
        await call.hears_words(within=6)
        await call.says(words(2.0))
        back = await seat.rings(within=20)
        await back.answered(within=5)
        again = await agent.hears("offer", after=ended.at)
        assert again.data["call"] == offer.data["call"]
        await call.hangs_up()
        await agent.hears("call_ended", after=again.at)
        await agent.is_now("ready")


async def test_a_caller_transferred_to_a_colleague_is_offered_there(
    house: House, phone: Phone, words: Words
) -> None:
    async with (
        signed_in(house, "2003") as agent,
        signed_in(house, "2004") as other,
        agent.page(),
        other.page(),
    ):
        seat = await _at_work(house, phone, agent)
        call = await _asks_for_an_agent(house, phone, words(1.5), "transfer")
        leg = await seat.rings()
        offer = await agent.hears("offer")
        await leg.answered(within=5)
        await agent.hears("talking")
        there = await _at_work(house, phone, other, "8102")
        path = f"/api/v1/calls/{offer.data['call']}/transfer"
        answer = await agent.asks(path, to="2004")
        assert answer.status_code == 200, answer.text
        told = await other.hears("offer")
        assert told.data["call"] == offer.data["call"]
        arrived = await there.rings()
        await arrived.answered(within=5)
        await other.hears("talking")
        await agent.is_seen("wrap_up")
        await call.hangs_up()
        await other.hears("call_ended")


async def test_a_caller_who_was_on_hold_is_thanked_and_the_agent_does_not_hear_it(
    house: House, phone: Phone, words: Words
) -> None:
    async with signed_in(house, "2008") as agent, agent.page():
        seat = await _at_work(house, phone, agent)
        call = await _asks_for_an_agent(house, phone, words(1.5), "held")
        leg = await seat.rings()
        offer = await agent.hears("offer")
        await leg.answered(within=5)
        await agent.hears("talking")
        path = f"/api/v1/calls/{offer.data['call']}/hold"
        assert (await agent.asks(path, on=True)).status_code == 200
        await agent.is_seen("on_hold")
        await call.waits(2.0)
        assert (await agent.asks(path, on=False)).status_code == 200
        back = await agent.hears("hold", after=time.monotonic() - 1)
        assert back.data["call"] == offer.data["call"]
        await call.hears_words(within=5)
        assert leg.words() == [], "only the caller is thanked"
        await call.waits(2.0)
        await call.hangs_up()
        await agent.hears("call_ended")
        await agent.is_now("ready")
    row = await house.call_of("held")
    [unheld] = await told(house, row, "TR_UNHOLD")
    assert int(unheld["seconds"]) >= 2


async def test_a_desk_that_is_killed_in_a_call_knows_the_call_again(
    house: House, phone: Phone, words: Words
) -> None:
    async with signed_in(house, "2005") as agent, agent.page():
        seat = await _at_work(house, phone, agent)
        call = await _asks_for_an_agent(house, phone, words(1.5), "killed-desk")
        leg = await seat.rings()
        offer = await agent.hears("offer")
        await leg.answered(within=5)
        await agent.hears("talking")
        killed = time.monotonic()
        pid = house.signal("desk", signal.SIGKILL)
        await house.is_back("desk", after=pid, within=30)
        await agent.is_seen("talking", after=killed, within=60)
        found = await until(lambda: _whole_offers(agent, killed), within=10)
        assert found[0]["call"] == offer.data["call"]
        assert not leg.is_over, "the call went on"
        await call.hangs_up()
        ended = await agent.hears("call_ended", after=killed)
        assert ended.data["call"] == offer.data["call"]
        await agent.is_now("ready")


async def test_a_leader_listens_a_colleague_joins_and_it_is_on_record(
    house: House, phone: Phone, words: Words, speech: Samples
) -> None:
    async with (
        signed_in(house, "2006") as agent,
        signed_in(house, "2007", "team-leader") as leader,
        agent.page(),
        leader.page(),
    ):
        seat = await _at_work(house, phone, agent)
        desk = await _at_work(house, phone, leader, "8103")
        call = await _asks_for_an_agent(house, phone, words(1.5), "watched")
        leg = await seat.rings()
        offer = await agent.hears("offer")
        await leg.answered(within=5)
        board = await until(
            lambda: [
                one
                for one in leader.events
                if one.name == "wallboard"
                and [agent["state"] for agent in one.data["agents"]][:1] == ["talking"]
            ],
            within=5,
        )
        assert board[0].data["agents"][0]["number"] == "2006"
        answer = await leader.asks("/api/v1/agents/2006/watch", how="listen")
        assert answer.status_code == 204, answer.text
        listening = await desk.rings()
        await listening.answered(within=5)
        question = words(4.0)
        await call.says(question)
        await call.waits(1.5)
        assert found_in(question[8000:24000], listening.heard()) > 0.8, (
            "the leader hears the caller"
        )
        await listening.hangs_up()
        assert not leg.is_over
        entries = await leader.client.get("/api/v1/audit?action=agent.listen")
        assert entries.json()["items"][0]["subject"] == "2006"
        path = f"/api/v1/calls/{offer.data['call']}/conference"
        joined = await agent.client.post(path, json={"with": "2007"})
        assert joined.status_code == 200, joined.text
        third = (await until(lambda: desk.calls[1:], within=10))[0]
        await third.answered(within=5)
        await third.says(speech[80_000:128_000])
        await third.waits(1.0)
        assert found_in(speech[88_000:104_000], call.heard()) > 0.8, "the caller hears who joined"
        await call.hangs_up()
        await agent.hears("call_ended")
        gone = await leader.asks("/api/v1/agents/2006/sign_out")
        assert gone.status_code == 204, gone.text
        await until(lambda: house.shows_no("queue show hotline", SEAT), within=5)
