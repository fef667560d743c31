"""Holds, transfers and lost phones: the caller never hears nothing, and somebody has the call.

SIL-7: the words on hold and on return, and how long it lasted; QUE-3: a lost phone's caller is back
with the same agent, or in front of the queue; ANS-5: all of it is one recording.
"""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from ami.actions import Outcome
from caller import audio
from caller.leg import Leg
from caller.listen import RATE, Samples, found_in
from caller.phone import NEVER, Answering, Phone
from floor.floor import RECONCILE_EVERY_S
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.people import told
from tests.end_to_end.voices import sides
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id, the_desks_hand
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES


async def _talks(
    house: House, phone: Phone, words: Callable[[float], Samples], worker: Worker, ref: str
) -> tuple[Leg, Leg]:
    """Have a caller and this agent talk; return both legs."""
    caller = await asks_for_an_agent(house, phone, words(1.5), ref)
    return caller, await worker.talks()


async def _callers_channel(house: House) -> str:
    lines = (await house.asterisk("core show channels concise")).splitlines()
    return next(line.split("!")[0] for line in lines if line.startswith("PJSIP/trunk"))


def _prompt(house: House, name: str) -> Samples:
    """Return a prompt as it is played: through the telephone's codec it stays recognisable."""
    return audio.read(house.settings.paths.sounds / "zh" / f"{name}.wav")


async def test_on_hold_the_caller_hears_the_words_then_music_and_is_thanked_on_return(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "4001", "8101") as worker:
        caller, agent = await _talks(house, phone, words, worker, "held")
        await caller.waits(1.0)
        held_at = caller.now
        await agent.holds()
        await caller.waits(6.0)
        back_at = caller.now
        await agent.resumes()
        await caller.waits(5.0)
        answered = caller.moment("answered") or 0.0
        heard = caller.heard()
        during = heard[int((held_at - answered) * RATE) : int((back_at - answered) * RATE)]
        after = heard[int((back_at - answered) * RATE) :]
        assert found_in(_prompt(house, "sil7_hold"), during) > 0.8
        assert found_in(_prompt(house, "sil7_back"), after, piece=0.25) > 0.8
        await caller.hangs_up()
        row = await house.call_of("held")
        assert row["held_s"] == pytest.approx(6.0, abs=1.5)


async def test_a_caller_on_hold_hears_music_again_when_a_third_has_left(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(at_work(house, phone, "4011", "8101"))
        caller, agent = await _talks(house, phone, words, first, "left-held")
        second = await stack.enter_async_context(at_work(house, phone, "4012", "8102"))
        call = await call_id(house, "left-held")
        await agent.holds()
        path = f"/api/v1/calls/{call}/conference"
        answer = await first.agent.asks(path, **{"with": "4012"})
        assert answer.is_success, answer.text
        third = await second.talks()
        await caller.waits(3.0)
        await third.hangs_up()
        left_at = caller.now
        await caller.waits(6.0)
        back_at = caller.now
        assert not caller.is_over
        assert not agent.is_over
        await agent.resumes()
        await caller.waits(5.0)
        answered = caller.moment("answered") or 0.0
        heard = caller.heard()
        during = heard[int((left_at - answered) * RATE) : int((back_at - answered) * RATE)]
        after = heard[int((back_at - answered) * RATE) :]
        assert found_in(_prompt(house, "sil7_hold"), during) > 0.8
        assert found_in(_prompt(house, "sil7_back"), after, piece=0.25) > 0.8
        assert found_in(_prompt(house, "sil7_hold"), after) < 0.5

        async def alone() -> bool:
            lines = (await house.asterisk("core show channels concise")).splitlines()
            return not [line for line in lines if line.startswith("Local/")]

        await until(alone, within=5, what="nothing plays to who talks")
        await caller.hangs_up()
        _, right = await sides(house, await house.call_of("left-held"))
        kept = right[int((left_at - answered) * RATE) : int((back_at - answered) * RATE)]
        assert found_in(_prompt(house, "sil7_hold"), kept) > 0.8, "heard, and not recorded"


async def test_who_is_asked_for_long_can_take_the_caller_over(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    """The floor compares itself with Asterisk while an agent asks a colleague about the caller."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(at_work(house, phone, "4013", "8101"))
        caller, agent = await _talks(house, phone, words, first, "asked-long")
        second = await stack.enter_async_context(at_work(house, phone, "4014", "8102"))
        call = await call_id(house, "asked-long")
        await agent.holds()
        asking = await first.phone.dials("8102", X_Consult=call)
        taken = await second.talks()
        await asking.answered()
        await caller.waits(RECONCILE_EVERY_S + 1.0)
        assert not [one for one in second.agent.events if one.name == "talking"]
        answer = await first.agent.asks(f"/api/v1/calls/{call}/complete", **{"with": "8102"})
        assert answer.is_success, answer.text
        await second.agent.hears("talking")
        await agent.ended(within=3)
        assert not taken.is_over
        await caller.hangs_up()


async def test_a_caller_whose_agents_phone_is_lost_hears_music_and_is_back_with_the_agent(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "4002", "8101") as worker:
        caller, agent = await _talks(house, phone, words, worker, "lost")
        await caller.waits(1.0)
        worker.phone.answering = Answering(after=3.0)
        lost_at = caller.now
        async with the_desks_hand(house) as hand:
            given = {"REUNITE_SEAT": "8101"}
            channel = await _callers_channel(house)
            taken = await hand.redirect(channel, "reunite", variables=given)
        assert taken is Outcome.DONE
        assert await caller.hears_words(within=4) - lost_at < 2.0, "no music"
        await agent.ended(within=3)
        await worker.talks(within=10)
        await caller.waits(1.0)
        await caller.hangs_up()
        row = await house.call_of("lost")
        assert (row["agent"], row["hung_up_by"]) == ("4002", "caller")
        recording = await house.recording_of(row)
        assert recording["state"] == "stored"
        assert not await house.rows(
            "SELECT * FROM recording_gaps WHERE call_id = :id", id=row["id"]
        )


async def test_who_was_in_a_talk_is_back_before_who_was_sent_to_that_agent_meanwhile(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(at_work(house, phone, "4015", "8101"))
        sent, _ = await _talks(house, phone, words, first, "sent")
        second = await stack.enter_async_context(at_work(house, phone, "4016", "8102"))
        theirs, agent = await _talks(house, phone, words, second, "theirs")
        path = f"/api/v1/calls/{await call_id(house, 'sent')}/transfer"
        answer = await first.agent.asks(path, to="8102")
        assert answer.is_success, answer.text
        await sent.waits(1.5)
        query = "SELECT channel FROM call_events WHERE name = 'TR_CALL' AND about = :id"
        row = await house.call_of("theirs", state="talking")
        [event] = await house.rows(query, id=row["linkedid"])
        async with the_desks_hand(house) as hand:
            given = {"REUNITE_SEAT": "8102"}
            taken = await hand.redirect(event["channel"], "reunite", variables=given)
        assert taken is Outcome.DONE
        await agent.ended(within=3)
        back = await second.agent.hears("offer", after=time.monotonic() - 1, within=10)
        assert back.data["call"] == await call_id(house, "theirs")
        await second.talks(within=10)
        await theirs.hangs_up()
        await second.talks(within=20)
        await sent.hangs_up()


async def test_a_transfer_reaches_the_colleague_and_one_that_nobody_takes_comes_back(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(at_work(house, phone, "4003", "8101"))
        caller, agent = await _talks(house, phone, words, first, "moved")
        second = await stack.enter_async_context(at_work(house, phone, "4004", "8102"))
        call = await call_id(house, "moved")
        second.phone.answering = NEVER

        async def transferred() -> bool:
            path = f"/api/v1/calls/{call}/transfer"
            return (await first.agent.asks(path, to="8102")).is_success

        await until(transferred, within=5, what="the transfer is taken", every=0.3)
        missed = await second.phone.rings(within=10)
        await agent.ended(within=3)
        agent = await first.talks(within=40)
        await missed.ended(within=3)
        second.phone.answering = Answering(after=0.3)
        await second.agent.is_now("ready")
        await until(transferred, within=5, what="the transfer is taken", every=0.3)
        colleague = await second.talks(within=15)
        question = words(3.0)
        await caller.says(question)
        await caller.waits(1.0)
        assert found_in(question[8000:], colleague.heard()) > 0.8
        await caller.hangs_up()
        row = await house.call_of("moved")
        assert row["agent"] == "4003", "who was asked first keeps the matter (QUE-3)"
        moves = await told(house, row, "TR_TRANSFER")
        assert [(one["to"], one["seat"]) for one in moves] == [("8102", "8101")] * 2
