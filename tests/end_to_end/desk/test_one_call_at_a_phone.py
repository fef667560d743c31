"""Whichever way a colleague's phone is rung, it is in one call at a time.

The queue, a phone that dials, a blind transfer and the desk may all choose the same phone in the
same moment; page and floor show one talk for a seat, so a second caller there would be nobody's.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from functools import partial

import pytest

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import AgentPhone, Answering, Phone
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES

Words = Callable[[float], Samples]
SLOW = Answering(after=2.5)
QUICK = Answering(after=0.2)
NUMBERS = {"8101": "4991", "8102": "4992", "8103": "4993", "8104": "4994"}
LEADER = "8104"


async def _works(
    stack: AsyncExitStack, house: House, phone: Phone, seat: str, answering: Answering
) -> Worker:
    role = "team-leader" if seat == LEADER else "junior-agent"
    work = at_work(house, phone, NUMBERS[seat], seat, role=role, answering=answering)
    return await stack.enter_async_context(work)


async def _talks(
    house: House, phone: Phone, words: Words, worker: Worker, ref: str
) -> tuple[Leg, str]:
    """Have a caller and this agent talk; return the caller's leg and our id of the call."""
    caller = await asks_for_an_agent(house, phone, words(1.5), ref)
    await worker.talks()
    return caller, await call_id(house, ref)


async def _all_hang_up(*legs: Leg) -> None:
    """End everything: nobody signs off in a call."""
    for leg in legs:
        await leg.hangs_up()


async def _is_refused(leg: Leg) -> None:
    await leg.ended(within=3)
    assert leg.moment("answered") is None
    assert "486" in leg.ended_by, leg.story


def _most_at_once(calls: Sequence[Leg]) -> int:
    """Return how many calls there were at a phone at the same time."""
    ends = [one.began + one.moment("ended") if one.is_over else float("inf") for one in calls]  # type: ignore[operator]
    return max(
        sum(one.began <= other.began < end for one, end in zip(calls, ends, strict=True))
        for other in calls
    )


async def test_who_rings_for_a_caller_is_busy_for_everybody_else(
    house: House, phone: Phone, words: Words
) -> None:
    async with AsyncExitStack() as stack:
        asker = await _works(stack, house, phone, "8102", QUICK)
        caller, call = await _talks(house, phone, words, asker, "asker")
        asked = await _works(stack, house, phone, "8101", SLOW)
        wanted = {"with": asked.number}
        waiting = await asks_for_an_agent(house, phone, words(1.5), "waiting")
        await until(lambda: asked.phone.calls, within=15, what="8101 rings", every=0.01)
        await _is_refused(await asker.phone.dials("8101"))
        said = await asker.agent.asks(f"/api/v1/calls/{call}/conference", **wanted)
        assert (said.status_code, "in another call" in said.text) == (409, True), said.text
        await house.asterisk("channel originate Local/8101@callback-to application Wait 2")
        served = await asked.talks()
        await _is_refused(await asker.phone.dials("8101"))
        said = await asker.agent.asks(f"/api/v1/calls/{call}/conference", **wanted)
        assert (said.status_code, "in another call" in said.text) == (409, True), said.text
        assert len(asked.phone.calls) == 1
        assert not served.is_over
        assert not waiting.is_over
        await _all_hang_up(caller, waiting)


async def test_a_leader_who_is_being_asked_is_not_rung_to_listen(
    house: House, phone: Phone, words: Words
) -> None:
    async with AsyncExitStack() as stack:
        asker = await _works(stack, house, phone, "8102", QUICK)
        caller, _ = await _talks(house, phone, words, asker, "asks-a-leader")
        leader = await _works(stack, house, phone, LEADER, SLOW)
        question = await asker.phone.dials(leader.phone.number)
        await question.rings(within=3)
        await leader.agent.is_seen("ringing")  # the caller's phone hears of it before the desk does
        path = f"/api/v1/agents/{asker.number}/watch"
        said = await leader.agent.asks(path, how="listen")
        assert (said.status_code, "in another call" in said.text) == (409, True), said.text
        await question.answered(within=5)
        said = await leader.agent.asks(path, how="listen")
        assert (said.status_code, "in another call" in said.text) == (409, True), said.text
        await question.waits(1)
        assert len(leader.phone.calls) == 1
        await _all_hang_up(question, caller)


async def test_a_caller_and_a_question_in_the_same_moment_are_not_both_at_one_phone(
    house: House, phone: Phone, words: Words
) -> None:
    async with AsyncExitStack() as stack:
        asker = await _works(stack, house, phone, "8102", QUICK)
        caller, _ = await _talks(house, phone, words, asker, "asks")
        has = await _works(stack, house, phone, "8103", QUICK)
        moved, call = await _talks(house, phone, words, has, "moved")
        gets = await _works(stack, house, phone, "8101", QUICK)
        for apart_s in (0.0, 0.03, 0.1):
            question, _ = await asyncio.gather(
                _later(apart_s, asker.phone.dials(gets.phone.number)), _sends(has, call, gets)
            )
            await moved.waits(2.0)
            asked = _talk(gets.phone) if question.moment("answered") else []
            await question.hangs_up()
            await until(partial(_talk, gets.phone, but=asked), within=20, what="the caller is back")
            await moved.waits(1.0)  # the desk has seen it
            assert _most_at_once(gets.phone.calls) == 1
            has, gets = gets, has
        await _all_hang_up(caller, moved)


async def test_a_phone_that_a_caller_waits_for_is_rung_for_nobody_else(
    house: House, phone: Phone, words: Words
) -> None:
    """A page that is loaded anew, or moved to another window, is gone for some seconds."""
    async with AsyncExitStack() as stack:
        asker = await _works(stack, house, phone, "8102", QUICK)
        caller, call = await _talks(house, phone, words, asker, "asks-the-lost")
        lost = await _works(stack, house, phone, "8101", QUICK)
        stays, kept = await _talks(house, phone, words, lost, "stays")
        anybody = await asks_for_an_agent(house, phone, words(1.5), "for-anybody")
        await lost.phone.signs_off()
        gone_at = time.monotonic()
        said = await lost.agent.asks(f"/api/v1/calls/{kept}/lost")
        assert said.is_success, said.text
        await until(lambda: house.shows("queue show own-8101", "1. PJSIP"), within=5, what="waits")
        await stays.waits(0.2)  # the desk has seen it
        said = await asker.agent.asks(f"/api/v1/calls/{call}/conference", **{"with": lost.number})
        assert (said.status_code, "in another call" in said.text) == (409, True), said.text
        await _is_refused(await asker.phone.dials("8101"))
        back = await phone.register("8101", house.seat_password("8101"), QUICK)
        leg = await back.rings(within=10)
        await leg.answered(within=5)
        seen = await lost.agent.hears("talking", after=gone_at)
        assert seen.data["call"] == kept, "somebody else was quicker"
        await _all_hang_up(caller, stays, anybody)
        await back.signs_off()


def _talk(phone: AgentPhone, *, but: Collection[Leg] = ()) -> list[Leg]:
    """Return the talks at a phone, but for those that are about to end."""
    talks = [one for one in phone.calls if one.moment("answered") and not one.is_over]
    return [one for one in talks if one not in but]


async def _sends(has: Worker, call: str, gets: Worker) -> None:
    async def is_sent() -> bool:  # the desk may see a moment later than the phone who talks
        return (await has.agent.asks(f"/api/v1/calls/{call}/transfer", to=gets.number)).is_success

    await until(is_sent, within=5, what="the caller is sent on")


async def _later(seconds: float, doing: Awaitable[Leg]) -> Leg:
    await asyncio.sleep(seconds)
    return await doing
