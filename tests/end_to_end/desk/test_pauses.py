"""A recording is paused while a customer says a card number, and goes on (PCI DSS 3.3.1, ANS-5).

Each party says a tone of its own: it is in the recording before the pause and after it, and nothing
at all is in between. The recording is as long as the call.
"""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest

from caller.leg import Leg
from caller.listen import RATE, Samples
from caller.phone import Answering, Phone
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.voices import CALLER_HZ, FIRST_HZ, SECOND_HZ, says, seconds_of, sides
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id
from tests.waiting import until

pytestmark = pytest.mark.real
LONGEST_S = 8
HOTLINE = {**AGENTS_AT_PHONES, "recording_pause_longest": LONGEST_S, "recording_pauses_hint": 2}
"""A pause that ends by itself while a test waits for it."""

WITHIN_S = 0.3
SOME = 0.7
"""Of a time in which a tone should be heard: it has its own pauses."""
Words = Callable[[float], Samples]


@dataclass
class Talk:
    """A caller and an agent who talk, each with a tone of its own."""

    house: House
    ref: str
    call: str
    caller: Leg
    agent: Worker
    leg: Leg

    @property
    def path(self) -> str:
        return f"/api/v1/calls/{self.call}/recording-pause"

    async def paused(self) -> dict[str, Any]:
        answer = await self.agent.agent.client.post(self.path, json={"why": "card"})
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def resumed(self) -> dict[str, Any]:
        answer = await self.agent.agent.client.delete(self.path)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def rows(self) -> list[Row]:
        query = "SELECT * FROM recording_pauses WHERE call_id = :call ORDER BY id"
        return await self.house.rows(query, call=self.call)

    async def ends(self) -> "Heard":
        """Hang up at the caller's; return what is in the recording."""
        await self.caller.hangs_up()
        return await self.heard()

    async def heard(self) -> "Heard":
        row = await self.house.call_of(self.ref)
        left, right = await sides(self.house, row)
        began = moment((await self.house.recording_of(row))["started_at"])
        lasted = (moment(row["ended"]) - moment(row["answered"])).total_seconds()
        return Heard(left, right, began, lasted)


@dataclass
class Heard:
    """The two sides of a recording that began then, of a call that lasted so many seconds."""

    left: Samples
    right: Samples
    began: datetime
    lasted: float

    @property
    def seconds(self) -> float:
        return len(self.left) / RATE

    def is_as_long_as_the_call(self) -> None:
        """See that the pause cost nothing (ANS-5)."""
        assert abs(self.lasted - self.seconds) <= WITHIN_S

    def pause(self) -> tuple[float, float]:
        """Return the longest time without one sample of sound on either side, in a talk."""
        sound = np.flatnonzero((self.left != 0) | (self.right != 0))
        sound = np.append(sound[sound > self._talk_begins()], len(self.left))
        longest = int(np.argmax(np.diff(sound)))
        return float(sound[longest] / RATE), float(sound[longest + 1] / RATE)

    def _talk_begins(self) -> int:
        """Return the first sample of a second in which both tones are heard."""
        for second in range(int(self.seconds)):
            if min(self.tones(second, second + 1)) > SOME:
                return second * RATE
        raise AssertionError("nobody talks in this recording")

    def tones(self, from_s: float, to_s: float, *, agent: float = FIRST_HZ) -> tuple[float, float]:
        """Return for how much of a time the caller's and an agent's tone are there, 0 to 1."""
        part = slice(round(from_s * RATE), round(to_s * RATE))
        whole = to_s - from_s
        caller, ours = self.left[part], self.right[part]
        return seconds_of(CALLER_HZ, caller) / whole, seconds_of(agent, ours) / whole

    def second(self, at: object) -> float:
        return (moment(at) - self.began).total_seconds()


def moment(told: object) -> datetime:
    """Return a time of a row, which SQLite gives as text without its zone."""
    if isinstance(told, datetime):
        return told
    return datetime.fromisoformat(str(told)).replace(tzinfo=UTC)


@asynccontextmanager
async def talking(house: House, phone: Phone, words: Words, ref: str) -> AsyncIterator[Talk]:
    """Give a caller and an agent who have talked for a while."""
    number = str(5300 + sum(map(ord, ref)) % 500)
    answering = Answering(after=0.3, says=says(FIRST_HZ))
    async with at_work(house, phone, number, "8101", answering=answering) as worker:
        caller = await asks_for_an_agent(house, phone, words(1.5), ref)
        leg = await worker.talks()
        caller.has_a_noisy_line(says(CALLER_HZ))
        call = await call_id(house, ref)
        await worker.agent.hears("talking")
        await caller.waits(2.0)
        yield Talk(house, ref, call, caller, worker, leg)


def is_muted_within(heard: Heard, row: Row, *, after: float = FIRST_HZ) -> None:
    """See that a pause is silent on both sides, as long as it was, with tones around it.

    `after`: the tone of the agent after the pause.
    """
    begin, end = heard.pause()
    lasted = (moment(row["ended_at"]) - moment(row["muted_at"])).total_seconds()
    assert abs(begin - heard.second(row["muted_at"])) <= WITHIN_S
    assert abs(end - begin - lasted) <= WITHIN_S
    assert min(heard.tones(begin - 2.0, begin)) > SOME
    if row["ended_how"] != "call":
        assert min(heard.tones(end, end + 2.5, agent=after)) > SOME


async def test_what_is_said_in_a_pause_is_nowhere_and_all_else_is_there(
    house: House, phone: Phone, words: Words
) -> None:
    async with talking(house, phone, words, "pause") as talk:
        told = await talk.paused()
        assert (told["why"], told["ended_how"]) == ("card", None)
        event = await talk.agent.agent.hears("recording")
        assert 0 < event.data["left_s"] <= LONGEST_S
        await talk.caller.waits(3.0)
        told = await talk.resumed()
        assert (told["ended_how"], told["ended_by"]) == ("resumed", talk.agent.number)
        await talk.caller.waits(3.0)
        heard = await talk.ends()
        [row] = await talk.rows()
        is_muted_within(heard, row)
        heard.is_as_long_as_the_call()
        noted = "SELECT action FROM audit_log WHERE subject = :call AND action LIKE 'recording.%'"
        actions = [one["action"] for one in await house.rows(noted, call=talk.call)]
        assert actions == ["recording.paused", "recording.resumed"]
        assert "1 pauses" in house.thirdring("recordings", "--check")


async def test_a_pause_that_is_forgotten_ends_by_itself_and_leaders_are_told(
    house: House, phone: Phone, words: Words
) -> None:
    async with (
        signed_in(house, "5901", "team-leader") as leader,
        leader.page("floor-1"),
        talking(house, phone, words, "forgotten") as talk,
    ):
        await talk.paused()
        await talk.caller.waits(LONGEST_S + 3.0)
        hint = await leader.hears("recording_hint")
        assert (hint.data["kind"], hint.data["number"]) == ("forgotten", talk.agent.number)
        heard = await talk.ends()
        [row] = await talk.rows()
        assert (row["ended_how"], row["ended_by"]) == ("time", "")
        lasted = (moment(row["ended_at"]) - moment(row["from_at"])).total_seconds()
        assert LONGEST_S <= lasted < LONGEST_S + 1.0
        is_muted_within(heard, row)
        heard.is_as_long_as_the_call()


@pytest.mark.parametrize("part", ["desk", "calls"])
async def test_a_recording_goes_on_in_time_whoever_was_killed_in_the_pause(
    house: House, phone: Phone, words: Words, part: str
) -> None:
    async with talking(house, phone, words, f"killed-{part}") as talk:
        await talk.paused()
        await talk.caller.waits(1.0)
        before = house.signal(part, signal.SIGKILL)
        await house.is_back(part, after=before)
        await talk.caller.waits(LONGEST_S + 3.0)

        async def is_over() -> bool:
            return all(row["ended_at"] for row in await talk.rows())

        await until(is_over, within=20, what="the pause has ended", every=0.2)
        await talk.caller.waits(2.5)
        heard = await talk.ends()
        [row] = await talk.rows()
        assert row["ended_how"] == "time"
        lasted = (moment(row["ended_at"]) - moment(row["from_at"])).total_seconds()
        assert LONGEST_S <= lasted < LONGEST_S + 3.0
        is_muted_within(heard, row)
        heard.is_as_long_as_the_call()
        if part == "desk":
            await until(lambda: _answers(talk), within=20, what="the desk is back", every=0.3)


async def _answers(talk: Talk) -> bool:
    try:
        return (await talk.agent.agent.client.get("/health")).is_success
    except httpx.HTTPError:
        return False


async def test_a_caller_who_is_transferred_in_a_pause_stays_paused(
    house: House, phone: Phone, words: Words
) -> None:
    answering = Answering(after=0.3, says=says(SECOND_HZ))
    async with (
        talking(house, phone, words, "pause-moved") as talk,
        at_work(house, phone, "5801", "8102", answering=answering) as second,
    ):
        await talk.paused()
        await talk.caller.waits(1.0)
        answer = await talk.agent.agent.asks(f"/api/v1/calls/{talk.call}/transfer", to="8102")
        assert answer.is_success, answer.text
        await second.talks()
        told = await second.agent.hears("talking")
        assert told.data["recording_left_s"] > 0
        await talk.caller.waits(1.0)
        taken = await second.agent.client.delete(talk.path)
        assert taken.is_success, taken.text
        await talk.caller.waits(3.0)
        heard = await talk.ends()
        [row] = await talk.rows()
        assert (row["ended_how"], row["ended_by"]) == ("resumed", "5801")
        is_muted_within(heard, row, after=SECOND_HZ)
        heard.is_as_long_as_the_call()


async def test_a_caller_who_hangs_up_in_a_pause_ends_it(
    house: House, phone: Phone, words: Words
) -> None:
    async with talking(house, phone, words, "pause-ends") as talk:
        await talk.paused()
        await talk.caller.waits(2.0)
        heard = await talk.ends()

        async def is_over() -> bool:
            return all(row["ended_at"] for row in await talk.rows())

        await until(is_over, within=10, what="the pause has ended", every=0.2)
        [row] = await talk.rows()
        assert row["ended_how"] == "call"
        assert abs(heard.second(row["ended_at"]) - heard.lasted) < WITHIN_S
        is_muted_within(heard, row)
        assert heard.pause()[1] == heard.seconds
        heard.is_as_long_as_the_call()


async def test_a_desk_phones_key_pauses_and_goes_on(
    house: House, phone: Phone, words: Words
) -> None:
    async with talking(house, phone, words, "pause-key") as talk:
        await talk.leg.presses("*4")
        first = await talk.agent.agent.hears("recording", within=15)
        assert first.data["left_s"] > 0
        await talk.caller.waits(2.0)
        await talk.leg.presses("*4")
        again = await talk.agent.agent.hears("recording", within=15, after=first.at)
        assert again.data["left_s"] is None
        await talk.caller.waits(3.0)
        heard = await talk.ends()
        [row] = await talk.rows()
        assert (row["by"], row["ended_how"]) == (talk.agent.number, "resumed")
        begin, end = heard.pause()
        assert min(heard.tones(begin - 2.0, begin)) > SOME
        assert min(heard.tones(end, end + 2.5)) > SOME
        heard.is_as_long_as_the_call()


async def test_a_key_that_is_dialled_beside_a_held_call_does_the_same(
    house: House, phone: Phone, words: Words
) -> None:
    async with talking(house, phone, words, "pause-dialled") as talk:
        await talk.leg.holds()
        asked = await talk.agent.phone.dials("*4")
        event = await talk.agent.agent.hears("recording", within=15)
        assert event.data["left_s"] > 0
        await asked.ended(within=10)
        await talk.leg.resumes()
        await talk.resumed()
        heard = await talk.ends()
        [row] = await talk.rows()
        begin, end = heard.pause()
        lasted = (moment(row["ended_at"]) - moment(row["muted_at"])).total_seconds()
        assert abs(end - begin - lasted) <= WITHIN_S
