"""Script keys: the agent presses one and is free, the caller hears the regulation's words.

SIL-1, SIL-3, SIL-4, SIL-5, SIL-6: who speaks again or presses a key comes back to the same agent;
who does not is hung up on at the end, and only there. A service that dies in a script is noticed
within 5 s, and the caller is back with the agent (ANS-3).
"""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
import pytest_asyncio

from caller import audio
from caller.leg import Leg
from caller.listen import Samples, pauses
from caller.phone import Phone
from tests.end_to_end.house import House, Row
from tests.end_to_end.people import said_to, seconds_between, told
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = {"max_wait": 40, "wrap_up_for": 0}
WHISPER = -50.0
"""dBFS of a caller who can hardly be heard."""
_numbers = count(1)


@dataclass
class Desk:
    """Two agents at work, and callers who reach one of them."""

    house: House
    phone: Phone
    workers: Sequence[Worker]
    words: Callable[[float], Samples]

    async def takes_a_call(self) -> "Talk":
        """Have a caller and an agent talk."""
        ref = f"script-{next(_numbers)}"
        caller = await asks_for_an_agent(self.house, self.phone, self.words(1.5), ref)
        talks = {asyncio.create_task(worker.talks()): worker for worker in self.workers}
        [first], others = await asyncio.wait(talks, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.wait(others)
        worker, agent = talks[first], first.result()
        return Talk(self, ref, await call_id(self.house, ref), caller, worker, agent)


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


@pytest_asyncio.fixture
async def desk(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> AsyncIterator[Desk]:
    one, two = f"30{next(_numbers):02d}", f"30{next(_numbers):02d}"
    async with (
        at_work(house, phone, one, "8101") as first,
        at_work(house, phone, two, "8102") as second,
    ):
        yield Desk(house, phone, (first, second), words)


async def _prompts(talk: Talk, row: Row) -> list[str]:
    said = await said_to(talk.desk.house, row)
    return [name for name in said if name.startswith("sil")]


async def test_a_silent_line_is_asked_three_times_and_one_word_brings_the_agent_back(
    desk: Desk,
) -> None:
    silent, late = await desk.takes_a_call(), await desk.takes_a_call()

    async def says_nothing() -> None:
        await silent.presses("silent")
        row = await silent.is_over()
        assert silent.pauses() == pytest.approx([3.0, 3.0, 2.0], abs=0.4)
        assert await _prompts(silent, row) == ["sil1_first", "sil1_second", "sil1_third"]
        assert (row["sil_outcome"], json.loads(row["scripts"])) == ("silent", ["silent"])

    async def speaks_late() -> None:
        await late.presses("silent")
        await late.caller.hears_words(within=3)
        await late.caller.hears_pause(1.0, within=8)
        await late.caller.says(desk.words(1.5))
        await late.comes_back()
        row = await late.ends()
        assert await _prompts(late, row) == ["sil1_first"]

    await asyncio.gather(says_nothing(), speaks_late())


async def test_a_caller_too_quiet_is_asked_twice_and_a_key_brings_the_agent_back(
    desk: Desk,
) -> None:
    quiet, pressing = await desk.takes_a_call(), await desk.takes_a_call()

    async def stays_quiet() -> None:
        await quiet.presses("quiet")
        low = audio.at_level(desk.words(2.0), WHISPER)
        for _ in range(2):
            await quiet.caller.hears_words(within=8)
            await quiet.caller.hears_pause(0.8, within=8)
            await quiet.caller.says(low)
        row = await quiet.is_over()
        assert await _prompts(quiet, row) == ["sil3_louder", "sil3_louder", "sil3_goodbye"]
        assert row["sil_outcome"] == "too_quiet"

    async def presses_a_key() -> None:
        await pressing.presses("quiet")
        await pressing.caller.hears_words(within=3)
        await pressing.caller.presses("5")
        await pressing.comes_back()
        assert json.loads((await pressing.ends())["scripts"]) == ["quiet"]

    await asyncio.gather(stays_quiet(), presses_a_key())


async def test_who_cannot_hear_us_is_promised_a_call_within_three_minutes_and_who_can_is_back(
    desk: Desk,
) -> None:
    deaf, talk = await desk.takes_a_call(), await desk.takes_a_call()

    async def hears_nothing() -> None:
        await deaf.presses("cannot-hear")
        row = await deaf.is_over()
        assert deaf.pauses()[0] == pytest.approx(3.0, abs=0.3)
        assert await _prompts(deaf, row) == ["sil4_ask", "sil4_goodbye"]
        query = "SELECT * FROM promises WHERE call_id = :id"
        [promise] = await desk.house.rows(query, id=row["id"])
        assert (promise["kind"], promise["state"]) == ("cannot_hear", "open")
        within = timedelta(minutes=3).seconds
        assert seconds_between(promise["made_at"], promise["due_at"]) == within

    async def hears_and_then_does_not() -> None:
        await talk.presses("cannot-hear")
        await talk.caller.hears_words(within=3)
        await talk.caller.hears_pause(0.8, within=8)
        await talk.caller.says(desk.words(1.0))
        await talk.comes_back()
        await talk.presses("cannot-hear")
        row = await talk.is_over()
        assert await _prompts(talk, row) == ["sil4_ask", "sil4_goodbye"]
        assert json.loads(row["scripts"]) == ["cannot_hear", "cannot_hear"]

    await asyncio.gather(hears_nothing(), hears_and_then_does_not())


async def test_who_stays_on_the_line_is_asked_twice_with_three_seconds_each(desk: Desk) -> None:
    lingering, asking = await desk.takes_a_call(), await desk.takes_a_call()

    async def lingers() -> None:
        await lingering.presses("stays-on")
        row = await lingering.is_over()
        assert lingering.pauses() == pytest.approx([3.0, 3.0], abs=0.3)
        assert await _prompts(lingering, row) == ["sil5_first", "sil5_second"]

    async def asks() -> None:
        await asking.presses("stays-on")
        await asking.caller.hears_words(within=3)
        await asking.caller.presses("1")
        await asking.comes_back()
        await asking.ends()

    await asyncio.gather(lingers(), asks())


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_service_that_dies_in_a_script_leaves_the_caller_with_words_and_the_agent(
    desk: Desk, fault: signal.Signals
) -> None:
    talk = await desk.takes_a_call()
    await talk.presses("silent")
    await talk.caller.hears_words(within=3)
    before = desk.house.signal("calls", fault)
    died = talk.caller.now
    try:
        await talk.comes_back()
        words = [one for one in talk.caller.words(gap=0.3) if one.end > died + 0.3]
        assert words[0].start - died < 5.0, f"silence after {died}: {words}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            desk.house.signal("calls", signal.SIGKILL)
    row = await talk.ends()
    assert row["emergency"] in {"no_verdict", "frozen"}
    [emergency] = await told(desk.house, row, "TR_EMERGENCY")
    assert emergency["script"] == "silent"
    await desk.house.is_back("calls", after=before)
    ready = desk.house.figures
    await until(lambda: ready("calls.json", fresh_within=2.0).get("ami"), within=30, every=0.2)
