"""A caller on hold is still there afterwards, at any place; a line that is lost ends by itself.

All side by side, for they mostly wait.
"""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from tests.end_to_end.house import House, Row
from tests.end_to_end.peer import RINGS
from tests.end_to_end.people import said_to
from tests.end_to_end.trunk.agents import Talk, Talks, agents
from tests.end_to_end.trunk.stage import TRUNK, far_side, is_in, rings_in, story
from tests.end_to_end.trunk_offer import HOST, Offer
from tests.end_to_end.trunk_side import TrunkCall, TrunkSide
from tests.end_to_end.voices import CALLER_HZ, says
from tests.waiting import until

pytestmark = pytest.mark.real
ORDINARY = True
HOTLINE = TRUNK
HOLD_S: Final = 22.0
"""Longer than SIL-1 takes, and than anybody waits in the queue."""
LONG_S: Final = 62.0


@pytest.mark.parametrize("hold_s", [HOLD_S, pytest.param(LONG_S, marks=pytest.mark.soak)])
@pytest.mark.timeout(240)
async def test_who_was_on_hold_is_still_there_and_who_is_lost_is_let_go(
    house: House, hold_s: float
) -> None:
    async with far_side(house) as side, agents(house, "8001", "8002") as phones:
        talks = Talks(house, side, phones)
        await asyncio.gather(_is_held_in_a_talk(talks, hold_s), _is_lost_in_a_talk(talks))
        await asyncio.gather(_is_lost_on_our_hold(talks), _loses_the_agent(talks))
        for phone in phones:
            phone.reply = lambda _: RINGS
        async with asyncio.TaskGroup() as callers:
            for how in ("sendonly", "inactive", "0.0.0.0"):
                callers.create_task(_in_the_greeting(house, side, how, hold_s))
            callers.create_task(_in_the_silence(house, side, hold_s))
            callers.create_task(_in_the_queue(house, side, hold_s))
            callers.create_task(_in_the_message(house, side, hold_s))
            for lost in (_without_audio, _without_audio_in_the_queue, _without_ack, _unpracked):
                callers.create_task(lost(house, side))


async def _is_held_in_a_talk(talks: Talks, hold_s: float) -> None:
    talk = await talks.begins("held-in-a-talk")
    await _is_held(talk.call, "sendonly", hold_s / 2, hears=False)
    await talk.call.hangs_up()
    row = await talks.house.call_of("held-in-a-talk")
    assert (row["disposition"], row["hung_up_by"]) == ("agent", "caller")


async def _is_lost_in_a_talk(talks: Talks) -> None:
    talk = await talks.begins("lost-in-a-talk")
    talk.call.vanishes()
    await _agent_is_freed(talks, talk)


async def _is_lost_on_our_hold(talks: Talks) -> None:
    """The agent has put the caller on hold: the agent's own phone is not what is gone."""
    talk = await talks.begins("lost-on-our-hold")
    assert await talk.phone.holds(talk.leg) == 200
    talk.call.vanishes()
    await _agent_is_freed(talks, talk)


async def _agent_is_freed(talks: Talks, talk: Talk) -> None:
    async with asyncio.timeout(20):
        await talk.leg.over.wait()
    row = await talks.house.call_of(talk.ref)
    assert (row["disposition"], row["hung_up_by"]) == ("agent", "line"), talk.ref


async def _loses_the_agent(talks: Talks) -> None:
    """A phone without power: the caller hears words, and is the next whom an agent gets."""
    talk = await talks.begins("agent-lost")
    heard = talk.call.audio.loud
    talk.phone.audio.silent = True
    async with asyncio.timeout(25):
        await talk.leg.over.wait()
    talk.phone.audio.silent = False
    again = await talks.next_leg()
    assert talk.call.audio.loud > heard + 20, "words, and music"
    assert not talk.call.over.is_set()
    await asyncio.sleep(0.5)
    await talk.call.hangs_up()
    row = await talks.house.call_of("agent-lost")
    assert (row["disposition"], row["hung_up_by"]) == ("agent", "caller")
    told = [name for name, _ in await story(talks.house, row)]
    assert told.count("TR_AGENT_LOST") == 1
    assert "TR_OUTCOME" not in told, "nobody said good-bye"
    assert again.leg.dialled


async def _is_held(call: TrunkCall, how: str, seconds: float, *, hears: bool = True) -> None:
    assert await call.holds(how) == 200
    assert not await call.ends(within=seconds), f"hung up on, on hold by {how}"
    assert await call.resumes() == 200
    heard = call.audio.loud
    if hears:  # a peer that is an agent says nothing
        await until(lambda: call.audio.loud > heard + 20, within=12, what="a voice afterwards")
    assert not call.over.is_set()


async def _in_the_greeting(house: House, side: TrunkSide, how: str, hold_s: float) -> None:
    ref = f"greeting-{how}"
    call = await rings_in(side, ref)
    await asyncio.sleep(0.6)
    await _is_held(call, how, hold_s)
    await call.audio.presses("1", 101)
    row = await _goes_on(house, call, ref)
    assert (row["sil_outcome"], row["topic"]) == ("alive", "complaint"), ref


async def _in_the_silence(house: House, side: TrunkSide, hold_s: float) -> None:
    """SIL-1 has begun; back from hold it goes on where it was, and a key ends it."""
    call = await rings_in(side, "silence")

    async def asked() -> bool:
        rows = await house.rows("SELECT 1 FROM call_events WHERE name = 'silent_line'")
        return bool(rows)

    await until(asked, within=15, what="SIL-1 begins", every=0.2)
    await _is_held(call, "inactive", hold_s)
    await call.audio.presses("1", 101)
    row = await _goes_on(house, call, "silence")
    assert row["sil_outcome"] == "alive"
    assert "sil1_third" not in await said_to(house, row)


async def _in_the_queue(house: House, side: TrunkSide, hold_s: float) -> None:
    """The wait is over meanwhile: the words that follow wait for the caller."""
    call = await rings_in(side, "queue")
    await call.audio.presses("1", 101)
    await is_in(house, "queue", "queued")
    await _is_held(call, "sendonly", hold_s)
    row = await _goes_on(house, call, "queue")
    assert row["disposition"] in {"abandoned_queue", "message"}


async def _in_the_message(house: House, side: TrunkSide, hold_s: float) -> None:
    call = await rings_in(side, "message")
    await call.audio.presses("1", 101)
    await is_in(house, "message", "message")
    await _is_held(call, "sendonly", hold_s)
    row = await _goes_on(house, call, "message")
    assert (row["disposition"], row["hung_up_by"]) == ("message", "caller")


async def _goes_on(house: House, call: TrunkCall, ref: str) -> Row:
    await asyncio.sleep(1.5)
    assert not call.over.is_set(), ref
    await call.hangs_up()
    row = await house.call_of(ref)
    assert row["disposition"] not in {"silent", "too_quiet", "failed"}, ref
    return row


async def _without_audio(house: House, side: TrunkSide) -> None:
    """No RTP ever: a line that is lost, and no caller who was silent."""
    call = await rings_in(side, "no-audio")
    call.audio.silent = True
    await _is_let_go(house, call, "no-audio", within=18)


async def _without_audio_in_the_queue(house: House, side: TrunkSide) -> None:
    call = await rings_in(side, "no-audio-queue")
    call.audio.silent = True
    await call.informs("1")
    await _is_let_go(house, call, "no-audio-queue", within=18)


async def _without_ack(house: House, side: TrunkSide) -> None:
    """The switch repeats its answer for 32 s; somebody speaks all the while, also in a message."""
    call = await rings_in(side, "no-ack", acked=False)
    await call.informs("1")
    call.audio.says(says(CALLER_HZ, 45.0))
    await _is_let_go(house, call, "no-ack", within=45)


async def _is_let_go(house: House, call: TrunkCall, ref: str, *, within: float) -> None:
    assert await call.ends(within=within), f"{ref}: not freed"
    row = await house.call_of(ref)
    told = [f"{name} {data}" for name, data in await story(house, row)]
    assert row["hung_up_by"] == "line", f"{ref}: {told}"
    assert row["disposition"] not in {"silent", "failed"}, ref


async def _unpracked(house: House, side: TrunkSide) -> None:
    """Who wants 100rel and never acknowledges the ringing is answered all the same."""
    call = await rings_in(side, "no-prack", headers=["Require: 100rel"], pracked=False)
    await call.audio.presses("1", 101)
    row = await _goes_on(house, call, "no-prack")
    assert row["topic"] == "complaint"


async def test_a_far_side_may_change_what_it_offers_and_send_nobody_elsewhere(
    house: House,
) -> None:
    """UPDATE, another codec, another address; a REFER from outside leads nowhere."""
    async with far_side(house) as side:
        call = await rings_in(side, "changes", headers=["Supported: timer"])
        assert await call.offers(Offer(), method="UPDATE") == 200
        assert await call.offers(Offer(("0 PCMU/8000", *Offer().codecs[1:]))) == 200
        assert await call.offers(replace(Offer(), address=HOST)) == 200
        refused = await call.asks("REFER", [f"Refer-To: <sip:8001@{HOST}>"])
        assert refused.status >= 400
        await call.audio.presses("1", 101)
        await asyncio.sleep(1.5)
        assert not call.over.is_set()
        await call.hangs_up()
        row = await house.call_of("changes")
        assert (row["topic"], row["hung_up_by"]) == ("complaint", "caller")


@pytest.mark.soak
@pytest.mark.timeout(420)
@pytest.mark.parametrize("refresher", ["uac", "uas"])
async def test_a_call_with_session_timers_lives_for_five_minutes(
    house: House, refresher: str
) -> None:
    async with far_side(house) as side:
        headers = ["Supported: timer", f"Session-Expires: 90;refresher={refresher}"]
        call = await rings_in(side, f"timers-{refresher}", headers=headers)
        await call.holds("sendonly")
        for _ in range(7):
            assert not await call.ends(within=43)
            if refresher == "uac":
                assert await call.offers(Offer().held("sendonly"), method="UPDATE") == 200
        refreshed = [one.method for one in call.came if one.method in {"INVITE", "UPDATE"}]
        assert refresher == "uac" or len(refreshed) >= 5
        await call.hangs_up()
