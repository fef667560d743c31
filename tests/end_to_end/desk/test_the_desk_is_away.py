"""The desk is frozen or Asterisk starts again: who has signed in is still rung (QUE-4)."""

import signal
from collections.abc import Callable

import pytest

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.people import told
from tests.end_to_end.work import asks_for_an_agent, at_work
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES


async def test_a_caller_reaches_who_has_signed_in_though_the_desk_is_frozen(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "5001", "8101") as worker:
        house.signal("desk", signal.SIGSTOP)
        try:
            caller = await asks_for_an_agent(house, phone, words(1.5), "frozen")
            await worker.talks()
            await caller.hangs_up()
        finally:
            house.signal("desk", signal.SIGCONT)
        row = await house.call_of("frozen")
        assert (row["agent"], row["disposition"]) == ("5001", "agent")


async def test_without_the_call_service_a_call_that_was_greeted_is_queued_for_everybody(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "5002", "8102") as worker:
        caller = await phone.call(house.settings.hotline_number, ref="unrouted")
        await caller.answered()
        before = house.signal("calls", signal.SIGSTOP)
        try:
            await worker.talks(within=20)
            await caller.hangs_up()
        finally:
            house.signal("calls", signal.SIGKILL)
        row = await house.call_of("unrouted")
        assert (row["agent"], row["fallback"]) == ("5002", "frozen")
        assert not await told(house, row, "TR_ROUTE")
        await house.is_back("calls", after=before)


async def test_a_killed_asterisk_comes_back_with_everybody_who_has_signed_in(
    house: House, phone: Phone
) -> None:
    async with at_work(house, phone, "5003", "8103"):
        before = house.signal("asterisk", signal.SIGKILL)
        await house.is_back("asterisk", after=before)
        await until(
            lambda: house.shows("queue show own-8103", "5003"),
            within=20,
            what="the agent is a member again",
            every=0.3,
        )
