"""Agents' phones ring, are answered or missed, and the caller keeps the place (ANS-2, ANS-4)."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from caller import audio
from caller.leg import Leg
from caller.listen import Samples, found_in
from caller.phone import NEVER, AgentPhone, Answering, Phone
from tests.end_to_end.house import House
from tests.end_to_end.people import answers_the_greeting
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = {"max_wait": 40, "ring_agent_for": 15}


@pytest_asyncio.fixture
async def everybody_at_work(house: House) -> AsyncIterator[None]:
    """After a test nobody stays paused."""
    yield
    for number in house.settings.phones.split(","):
        await house.asterisk(f"queue unpause member PJSIP/{number} queue hotline")


async def _signs_on(house: House, phone: Phone, number: str, how: Answering) -> AgentPhone:
    agent = await phone.register(number, house.password(number), how)
    await until(lambda: _is_idle(house, number), within=10, what=f"{number} is idle", every=0.2)
    return agent


async def _is_idle(house: House, number: str) -> bool:
    return f"PJSIP/{number}" in await house.idle()


async def _is_away(house: House, number: str) -> bool:
    return not await _is_idle(house, number)


async def _asks_for_an_agent(house: House, phone: Phone, speech: Samples, ref: str) -> Leg:
    call = await phone.call(house.settings.hotline_number, ref=ref)
    await answers_the_greeting(call, speech)
    await call.presses("3")
    return call


@pytest.mark.usefixtures("everybody_at_work")
async def test_caller_and_agent_hear_each_other_and_the_recording_has_both(
    house: House, phone: Phone, words: Callable[[float], Samples], speech: Samples
) -> None:  # ANS-5
    answer = speech[80_000:128_000]
    agent = await _signs_on(house, phone, "8001", Answering(after=1.0, says=answer))
    call = await _asks_for_an_agent(house, phone, words(1.5), "talks")
    leg = await agent.rings(within=15)
    await leg.answered(within=5)
    question = words(4.0)
    await call.says(question)
    await call.waits(3.0)
    await call.hangs_up()
    await leg.ended(within=5)
    assert found_in(question[8000:24000], leg.heard()) > 0.9, "the agent did not hear the caller"
    assert found_in(answer[8000:24000], call.heard()) > 0.9, "the caller did not hear the agent"
    row = await house.call_of("talks")
    assert (row["agent"], row["disposition"], row["hung_up_by"]) == ("8001", "agent", "caller")
    assert row["topic"] == "consultation"
    recording = await house.recording_of(row)
    left, right = audio.read_stereo(house.settings.paths.store / recording["path"])
    assert found_in(question[8000:24000], left) > 0.9
    assert found_in(answer[8000:24000], right) > 0.9


@pytest.mark.usefixtures("everybody_at_work")
async def test_an_agent_who_does_not_answer_is_passed_over_paused_and_counted(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    absent = await _signs_on(house, phone, "8001", NEVER)
    call = await _asks_for_an_agent(house, phone, words(1.5), "missed")
    first = await absent.rings(within=15)
    present = await _signs_on(house, phone, "8002", Answering(after=0.5))
    second = await present.rings(within=20)
    await second.answered(within=5)
    await call.waits(1.0)
    await call.hangs_up()
    await first.ended(within=3)
    assert first.moment("ended") == pytest.approx(15.0, abs=1.0)
    row = await house.call_of("missed")
    assert row["agent"] == "8002"
    assert "8001" in str(row["misses"])
    assert "8002" not in str(row["misses"])
    members = (await house.asterisk("queue show hotline")).splitlines()
    [line] = [line for line in members if "PJSIP/8001" in line]
    assert "paused" in line


@pytest.mark.usefixtures("everybody_at_work")
async def test_when_the_agent_hangs_up_first_the_caller_hears_the_farewell(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    agent = await _signs_on(house, phone, "8003", Answering(after=0.5))
    call = await _asks_for_an_agent(house, phone, words(1.5), "agent-first")
    leg = await agent.rings(within=15)
    await leg.answered(within=5)
    await leg.waits(1.0)
    await leg.hangs_up()
    await call.hears_words(within=3)
    await call.ended(within=10)
    row = await house.call_of("agent-first")
    assert (row["hung_up_by"], row["agent"]) == ("agent", "8003")


@pytest.mark.usefixtures("everybody_at_work")
async def test_an_agent_rests_and_comes_back_with_two_keys_on_the_phone(
    house: House, phone: Phone
) -> None:
    agent = await _signs_on(house, phone, "8001", NEVER)

    async def dials(code: str) -> None:
        call = await agent.dials(code)
        await call.answered(within=5)
        await call.ended(within=5)

    await dials("*0")  # QUE-4
    await until(lambda: _is_away(house, "8001"), within=5, every=0.2)
    await dials("*1")
    await until(lambda: _is_idle(house, "8001"), within=5, every=0.2)
