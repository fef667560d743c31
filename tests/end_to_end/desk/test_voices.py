"""Every voice that the caller hears is in the recording, at its moment (ANS-5).

Each party says a tone of its own; the recording's right side is compared with the caller's tape.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import Samples, found_in
from caller.phone import Answering, Phone
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.people import longest_dead_air
from tests.end_to_end.voices import (
    CALLER_HZ,
    FIRST_HZ,
    SECOND_HZ,
    THIRD_HZ,
    differences,
    says,
    seconds_of,
    sides,
)
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES

Words = Callable[[float], Samples]
TONES = {"the first agent": FIRST_HZ, "the second agent": SECOND_HZ, "the third": THIRD_HZ}
TALK_S = 3.0


@asynccontextmanager
async def two_at_work(
    house: House, phone: Phone, words: Words, ref: str, *, role: str = "junior-agent"
) -> AsyncIterator[tuple[Leg, Worker, Leg, Worker]]:
    """Give a caller and an agent who talk, and a colleague at work, each with a tone."""
    number = 4100 + 2 * (sum(map(ord, ref)) % 400)
    async with AsyncExitStack() as stack:
        answering = Answering(after=0.3, says=says(FIRST_HZ))
        first = await stack.enter_async_context(
            at_work(house, phone, str(number), "8101", answering=answering)
        )
        caller = await asks_for_an_agent(house, phone, words(1.5), ref)
        leg = await first.talks()
        answering = Answering(after=0.3, says=says(SECOND_HZ))
        second = await stack.enter_async_context(
            at_work(house, phone, str(number + 1), "8102", role=role, answering=answering)
        )
        await caller.waits(TALK_S)
        yield caller, first, leg, second


async def is_whole(house: House, caller: Leg, ref: str, *, heard: dict[str, float]) -> None:
    """Hang up; the recording is what the caller heard, and so long each was heard."""
    await caller.hangs_up()
    row = await house.call_of(ref)
    assert not await differences(house, row, caller, TONES)
    tape = caller.heard()
    for name, least in heard.items():
        assert seconds_of(TONES[name], tape) > least, f"{name} was not heard by the caller"
    assert longest_dead_air(caller) < 5.0


async def test_who_takes_over_after_a_blind_transfer_by_the_phone_itself(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "refer") as (caller, _, leg, second):
        await leg.transfers("8102")
        await second.talks()
        await caller.waits(TALK_S)
        heard = {"the first agent": 2.0, "the second agent": 2.0}
        await is_whole(house, caller, "refer", heard=heard)


async def test_who_takes_over_after_a_phones_own_attended_transfer(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "replaces") as (caller, first, leg, second):
        await leg.holds()
        asking = await first.phone.dials("8102")
        await second.talks()
        await asking.answered()
        await caller.waits(1.0)
        await leg.transfers_to(asking)
        await caller.waits(TALK_S)
        heard = {"the first agent": 2.0, "the second agent": 2.0}
        await is_whole(house, caller, "replaces", heard=heard)


async def test_who_was_asked_first_and_then_takes_the_caller_over(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "consult") as (caller, first, leg, second):
        call = await call_id(house, "consult")
        await leg.holds()
        asking = await first.phone.dials("8102", X_Consult=call)
        offer = await second.agent.hears("offer")
        assert offer.data["call"] == call
        assert offer.data["consulted_by"]["number"] == first.number
        taken = await second.talks()
        await asking.answered()
        await caller.waits(2.0)
        assert not [one for one in second.agent.events if one.name == "talking"]
        answer = await first.agent.asks(f"/api/v1/calls/{call}/complete", **{"with": "8102"})
        assert answer.is_success, answer.text
        await second.agent.hears("talking")
        ended = await first.agent.hears("call_ended")
        assert ended.data["parted"] == "handed_over"
        await leg.ended(within=3)
        await asking.ended(within=3)
        await caller.waits(TALK_S)
        assert not taken.is_over
        heard = {"the first agent": 2.0, "the second agent": 2.0}
        await is_whole(house, caller, "consult", heard=heard)


async def test_a_third_in_a_conference_and_those_who_stay_when_others_go(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "three") as (caller, first, leg, second):
        call = await call_id(house, "three")
        path = f"/api/v1/calls/{call}/conference"
        answer = await first.agent.asks(path, **{"with": second.number})
        assert answer.is_success, answer.text
        await second.talks()
        told = await first.agent.hears("participants")
        assert [one["seat"] for one in told.data["participants"]] == ["8102"]
        await caller.waits(TALK_S)
        await leg.hangs_up()
        await caller.waits(TALK_S)
        await is_whole(
            house, caller, "three", heard={"the first agent": 4.0, "the second agent": 5.0}
        )


async def test_a_leader_who_listens_joins_and_is_dropped(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "join", role="team-leader") as (
        caller,
        first,
        leg,
        leader,
    ):
        path = f"/api/v1/agents/{first.number}/watch"
        assert (await leader.agent.asks(path, how="listen")).is_success
        watching = await leader.talks()
        await caller.waits(2.0)
        assert seconds_of(SECOND_HZ, caller.heard()) == 0, "who listens is not heard"
        assert (await leader.agent.asks(path, how="join")).is_success
        await caller.waits(TALK_S)
        assert not watching.is_over, "the same leg"
        assert len(leader.phone.calls) == 1, "not rung anew"
        call = await call_id(house, "join")
        answer = await first.agent.asks(f"/api/v1/calls/{call}/drop", seat="8102")
        assert answer.is_success, answer.text
        await watching.ended(within=3)
        await caller.waits(2.0)
        assert not leg.is_over
        await is_whole(
            house, caller, "join", heard={"the first agent": 8.0, "the second agent": 2.0}
        )


async def test_a_leader_who_alone_has_the_caller_does_not_leave_for_another_call(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "alone", role="team-leader") as (
        caller,
        first,
        leg,
        leader,
    ):
        path = f"/api/v1/agents/{first.number}/watch"
        assert (await leader.agent.asks(path, how="join")).is_success
        with_leader = await leader.talks()
        await caller.waits(2.0)
        await leg.hangs_up()
        await caller.waits(2.0)
        asked = time.monotonic()
        other = await asks_for_an_agent(house, phone, words(1.5), "other", caller="13900000000")
        await first.talks()
        await first.agent.hears("talking", after=asked)  # then the floor knows it, too
        refused = await leader.agent.asks(path, how="listen")
        assert (refused.status_code, "in another call" in refused.text) == (409, True)
        await caller.waits(TALK_S)
        assert not caller.is_over
        assert not with_leader.is_over
        await other.hangs_up()
        heard = {"the first agent": 2.0, "the second agent": 5.0}
        await is_whole(house, caller, "alone", heard=heard)


async def test_the_customer_goes_and_nobody_of_ours_is_left_talking(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "goes") as (caller, first, leg, second):
        call = await call_id(house, "goes")
        path = f"/api/v1/calls/{call}/conference"
        assert (await first.agent.asks(path, **{"with": second.number})).is_success
        third = await second.talks()
        await caller.waits(2.0)
        await is_whole(house, caller, "goes", heard={"the second agent": 1.0})
        await third.ended(within=6)
        await leg.ended(within=6)


async def test_the_words_after_a_hold_are_in_the_recording(
    house: House, phone: Phone, words: Words
) -> None:
    async with two_at_work(house, phone, words, "words") as (caller, _, leg, _second):
        leg.falls_silent()
        await leg.holds()
        await caller.waits(3.0)
        await leg.resumes()
        await caller.waits(4.0)
        await caller.says(says(CALLER_HZ, 1.0))
        await is_whole(house, caller, "words", heard={"the first agent": 2.0})
        row = await house.call_of("words")
        left, right = await sides(house, row)
        said = audio.read(house.settings.paths.sounds / "zh" / "sil7_back.wav")
        # words of a second and a half: in small pieces, of which a lost packet spoils one
        assert found_in(said, caller.heard(), piece=0.25) > 0.8
        assert found_in(said, right, piece=0.25) > 0.8, "heard, and not recorded"
        assert seconds_of(CALLER_HZ, left) > 0.8
