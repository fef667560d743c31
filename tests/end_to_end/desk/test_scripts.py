"""Script keys: the agent presses one and is free, the caller hears the regulation's words.

SIL-1, SIL-3, SIL-4, SIL-5, SIL-6: who speaks again or presses a key comes back to the same agent;
who does not is hung up on at the end, and only there. A service that dies in a script is noticed
within 5 s, and the caller is back with the agent (ANS-3).
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import Samples, pauses
from caller.phone import Phone
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import AGENTS_AT_PHONES, SEATS
from tests.end_to_end.people import of_json, said_to, seconds_between, told
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES
WHISPER = -50.0
"""dBFS of a caller who can hardly be heard."""
_numbers = count(1)


@dataclass
class Desk:
    """Agents at work, each soon with a caller."""

    house: House
    phone: Phone
    workers: Sequence[Worker]
    words: Callable[[float], Samples]

    async def takes_calls(self) -> "list[Talk]":
        """Have every agent talk with a caller."""
        refs = [f"script-{next(_numbers)}" for _ in self.workers]
        callers = asyncio.gather(
            *(asks_for_an_agent(self.house, self.phone, self.words(1.5), ref) for ref in refs)
        )
        legs = await asyncio.gather(*(worker.talks(within=30) for worker in self.workers))
        answered = dict(zip((worker.number for worker in self.workers), legs, strict=True))
        by_number = {worker.number: worker for worker in self.workers}
        talks = []
        for ref, caller in zip(refs, await callers, strict=True):
            row = await self.house.call_of(ref, state="talking")
            worker, agent = by_number[row["agent"]], answered[row["agent"]]
            talks.append(Talk(self, ref, row["id"], caller, worker, agent))
        return talks


@dataclass
class Talk:
    """A caller and an agent who talk."""

    desk: Desk
    ref: str
    id: str
    caller: Leg
    worker: Worker
    agent: Leg
    since: float = 0.0
    """When the script began, by the caller's clock."""

    async def presses(self, name: str) -> None:
        """Have the agent press a script key: the agent's phone is let go."""
        await until(lambda: self._taken(name), within=5, what="the key is taken", every=0.3)
        self.since = self.caller.now
        await self.agent.ended(within=3)

    async def comes_back(self) -> None:
        """See the caller with the same agent again."""
        self.agent = await self.worker.talks(within=15)

    async def is_over(self, *, within: float = 45.0) -> Row:
        """Wait until the hotline hangs up; return the call's row."""
        await self.caller.ended(within=within)
        assert self.caller.ended_by == "there"
        row = await self.desk.house.call_of(self.ref)
        assert row["hung_up_by"] == "system", "SIL-6: it was we who hung up"
        assert (row["agent"], row["disposition"]) == (self.worker.number, "agent")
        return row

    async def ends(self) -> Row:
        """Have the caller hang up; return the call's row."""
        await self.caller.hangs_up()
        row = await self.desk.house.call_of(self.ref)
        assert (row["agent"], row["hung_up_by"]) == (self.worker.number, "caller")
        return row

    def pauses(self) -> list[float]:
        """Return the pauses of the script as the caller heard them, the last one to the end."""
        heard = [one for one in self.caller.words(gap=0.9) if one.end > self.since]
        end = self.caller.moment("ended") or self.caller.now
        return [*pauses(heard), round(end - heard[-1].end, 3)]

    async def _taken(self, name: str) -> bool:
        answer = await self.worker.agent.asks(f"/api/v1/calls/{self.id}/script", name=name)
        return answer.is_success


@asynccontextmanager
async def staffed(
    house: House, phone: Phone, words: Callable[[float], Samples], seats: Sequence[str]
) -> AsyncIterator[Desk]:
    """Give a desk with an agent at each of these seats."""
    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(at_work(house, phone, f"30{next(_numbers):02d}", seat))
            for seat in seats
        ]
        yield Desk(house, phone, workers, words)


async def _prompts(talk: Talk, row: Row) -> list[str]:
    said = await said_to(talk.desk.house, row)
    return [name for name in said if name.startswith("sil")]


async def silent_to_the_end(talk: Talk) -> None:
    """SIL-1: asked three times, then hung up on."""
    await talk.presses("silent")
    row = await talk.is_over()
    assert talk.pauses() == pytest.approx([3.0, 3.0, 2.0], abs=0.4)
    assert await _prompts(talk, row) == ["sil1_first", "sil1_second", "sil1_third"]
    assert (row["sil_outcome"], of_json(row["scripts"])) == ("silent", ["silent"])


async def speaks_late(talk: Talk) -> None:
    """SIL-1: one word brings the agent back."""
    await talk.presses("silent")
    await talk.caller.hears_words(within=3)
    await talk.caller.hears_pause(1.0, within=8)
    await talk.caller.says(talk.desk.words(1.5))
    await talk.comes_back()
    row = await talk.ends()
    assert await _prompts(talk, row) == ["sil1_first"]


async def quiet_to_the_end(talk: Talk) -> None:
    """SIL-3: asked twice to speak up, then sent away."""
    await talk.presses("quiet")
    low = audio.at_level(talk.desk.words(2.0), WHISPER)
    for _ in range(2):
        await talk.caller.hears_words(within=8)
        await talk.caller.hears_pause(0.8, within=8)
        await talk.caller.says(low)
    row = await talk.is_over()
    assert await _prompts(talk, row) == ["sil3_louder", "sil3_louder", "sil3_goodbye"]
    assert row["sil_outcome"] == "too_quiet"


async def presses_a_key(talk: Talk) -> None:
    """SIL-3: a key brings the agent back."""
    await talk.presses("quiet")
    await talk.caller.hears_words(within=3)
    await talk.caller.presses("5")
    await talk.comes_back()
    assert of_json((await talk.ends())["scripts"]) == ["quiet"]


async def cannot_hear(talk: Talk) -> None:
    """SIL-4: who cannot hear us is promised a call within three minutes."""
    await talk.presses("cannot-hear")
    row = await talk.is_over()
    assert talk.pauses()[0] == pytest.approx(3.0, abs=0.3)
    assert await _prompts(talk, row) == ["sil4_ask", "sil4_goodbye"]
    query = "SELECT * FROM callbacks WHERE call_id = :id"
    [callback] = await talk.desk.house.rows(query, id=row["id"])
    assert (callback["kind"], callback["state"]) == ("cannot_hear", "open")
    within = timedelta(minutes=3).seconds
    assert seconds_between(callback["made_at"], callback["due_at"]) == within


async def hears_and_then_does_not(talk: Talk) -> None:
    """SIL-4: who hears us is back with the agent; asked a second time, a call is promised."""
    await talk.presses("cannot-hear")
    await talk.caller.hears_words(within=3)
    await talk.caller.hears_pause(0.8, within=8)
    await talk.caller.says(talk.desk.words(1.0))
    await talk.comes_back()
    await talk.presses("cannot-hear")
    row = await talk.is_over()
    assert await _prompts(talk, row) == ["sil4_ask", "sil4_goodbye"]
    assert of_json(row["scripts"]) == ["cannot_hear", "cannot_hear"]


async def lingers(talk: Talk) -> None:
    """SIL-5: who stays on the line is asked twice, with three seconds each."""
    await talk.presses("stays-on")
    row = await talk.is_over()
    assert talk.pauses() == pytest.approx([3.0, 3.0], abs=0.3)
    assert await _prompts(talk, row) == ["sil5_first", "sil5_second"]


async def has_another_question(talk: Talk) -> None:
    """SIL-5: a key brings the agent back."""
    await talk.presses("stays-on")
    await talk.caller.hears_words(within=3)
    await talk.caller.presses("1")
    await talk.comes_back()
    await talk.ends()


PLAYS = (
    silent_to_the_end,
    speaks_late,
    quiet_to_the_end,
    presses_a_key,
    cannot_hear,
    hears_and_then_does_not,
    lingers,
    has_another_question,
)
"""What callers do when an agent has pressed a key; all at once, for they mostly wait."""


async def test_each_script_is_said_to_its_end_and_a_sign_of_life_brings_the_same_agent_back(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with staffed(house, phone, words, SEATS[: len(PLAYS)]) as desk:
        talks = await desk.takes_calls()
        async with asyncio.TaskGroup() as plays:
            for play, talk in zip(PLAYS, talks, strict=True):
                plays.create_task(play(talk), name=play.__name__)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_service_that_dies_in_a_script_leaves_the_caller_with_words_and_the_agent(
    house: House, phone: Phone, words: Callable[[float], Samples], fault: signal.Signals
) -> None:
    async with staffed(house, phone, words, SEATS[:1]) as desk:
        [talk] = await desk.takes_calls()
        await _is_left_alone_by_the_service(talk, fault)


async def _is_left_alone_by_the_service(talk: Talk, fault: signal.Signals) -> None:
    house = talk.desk.house
    await talk.presses("silent")
    await talk.caller.hears_words(within=3)
    before = house.signal("calls", fault)
    died = talk.caller.now
    try:
        await talk.comes_back()
        words = [one for one in talk.caller.words(gap=0.3) if one.end > died + 0.3]
        assert words[0].start - died < 5.0, f"silence after {died}: {words}"
    finally:
        if fault is signal.SIGSTOP:  # a killed one is back by itself, and for the next test
            house.signal("calls", signal.SIGKILL)
    row = await talk.ends()
    assert row["fallback"] in {"no_verdict", "frozen"}
    [fallback] = await told(house, row, "TR_FALLBACK")
    assert fallback["script"] == "silent"
    await house.is_back("calls", after=before)
    ready = house.figures
    await until(lambda: ready("calls.json", fresh_within=2.0).get("ami"), within=30, every=0.2)
