"""Our call service is refused, frozen or killed: every caller hears words within 5 s and ends with
a person or a message, and afterwards every call is there once, with its recording (ANS-3)."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Answering, Phone
from tests.end_to_end.house import House
from tests.end_to_end.people import longest_dead_air
from tests.waiting import until

pytestmark = pytest.mark.real
FEW, MANY = 5, 20
WORDS_WITHIN = 5.0
"""Seconds of dead air that a caller may have, whatever of ours has died."""

Fault = Callable[[House], Awaitable[None]]


@pytest.fixture(params=[FEW, pytest.param(MANY, marks=pytest.mark.soak)])
def callers(request: pytest.FixtureRequest) -> int:
    """How many call at once."""
    return int(request.param)


async def _in_dialogue(house: House, phone: Phone, ref: str) -> Leg:
    call = await phone.call(house.settings.hotline_number, ref=ref)
    await call.answered()
    await call.hears_words()
    return call


async def _leaves_a_message_whoever_asks(call: Leg, words: Samples) -> None:
    """Speak at every pause, as one does on the telephone, until the other side hangs up."""
    while not call.is_over:
        with contextlib.suppress(Exception):
            await call.hears_pause(1.2, within=40)
            await call.says(words)
            await call.presses("#")
            await call.waits(1.0)


@asynccontextmanager
async def kept_down(house: House, name: str) -> AsyncIterator[None]:
    """Kill a child of the supervisor whenever it is started, before it can listen."""

    async def kill_again_and_again() -> None:
        last = 0
        while True:
            with contextlib.suppress(OSError, ValueError):
                pid = house.pid(name)
                if pid != last:
                    house.signal(name, signal.SIGKILL)
                    last = pid
            await asyncio.sleep(0.02)

    killing = asyncio.create_task(kill_again_and_again())
    try:
        yield
    finally:
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing
        await until(lambda: _serves(house), within=30, what="calls are served again", every=0.2)


def _serves(house: House) -> bool:
    return house.figures("calls.json", fresh_within=2.0).get("ami") is True


async def _every_call_is_there_once(house: House, refs: list[str]) -> None:
    for ref in refs:
        row = await house.call_of(ref, within=30)
        assert row["disposition"] == "message", (ref, dict(row))
        recording = await house.recording_of(row)
        assert recording["state"] in {"stored", "repaired"}
        kept = await house.rows(
            "SELECT kind FROM recordings WHERE call_id = :id ORDER BY kind", id=row["id"]
        )
        assert [r["kind"] for r in kept] == ["call", "message"]
        tickets = await house.rows("SELECT id FROM tickets WHERE call_id = :id", id=row["id"])
        assert len(tickets) == 1, (ref, len(tickets))


async def test_the_service_is_refused(
    house: House, phone: Phone, words: Callable[[float], Samples], callers: int
) -> None:  # ANS-3
    refs = [f"refused-{callers}-{n}" for n in range(callers)]
    async with kept_down(house, "calls"):
        calls = [await phone.call(house.settings.hotline_number, ref=ref) for ref in refs]
        await asyncio.gather(*(call.answered(within=5) for call in calls))
        speaking = (_leaves_a_message_whoever_asks(call, words(3.0)) for call in calls)
        await asyncio.gather(*speaking)
    dead_air = [longest_dead_air(call) for call in calls]
    print(f"refused: longest dead air of a caller {max(dead_air):.2f} s")
    assert max(dead_air) <= WORDS_WITHIN
    await _every_call_is_there_once(house, refs)


async def _killed(house: House) -> None:
    house.signal("calls", signal.SIGKILL)


async def _frozen(house: House) -> None:
    house.signal("calls", signal.SIGSTOP)


@pytest.mark.parametrize(("fault", "reason"), [(_killed, "no_verdict"), (_frozen, "frozen")])
async def test_the_service_dies_in_the_middle_of_dialogues(
    house: House,
    phone: Phone,
    words: Callable[[float], Samples],
    callers: int,
    fault: Fault,
    reason: str,
) -> None:
    refs = [f"{fault.__name__}-{callers}-{n}" for n in range(callers)]
    calls = await asyncio.gather(*(_in_dialogue(house, phone, ref) for ref in refs))
    before = house.pid("calls")
    await fault(house)
    try:
        await asyncio.gather(*(_leaves_a_message_whoever_asks(c, words(3.0)) for c in calls))
    finally:
        if fault is _frozen:
            house.signal("calls", signal.SIGKILL)
    await house.is_back("calls", after=before)
    await until(lambda: _serves(house), within=30, what="calls are served again", every=0.2)
    dead_air = [longest_dead_air(call) for call in calls]
    print(f"{fault.__name__}: longest dead air of a caller {max(dead_air):.2f} s")
    assert max(dead_air) <= WORDS_WITHIN
    for ref in refs:
        row = await house.call_of(ref, within=30)
        assert row["fallback"] == reason
    await _every_call_is_there_once(house, refs)


async def test_an_agent_takes_the_caller_whose_dialogue_died(house: House, phone: Phone) -> None:
    agent = await phone.register("8001", house.password("8001"), Answering(after=0.5))
    await until(house.idle, within=10, every=0.2)
    call = await _in_dialogue(house, phone, "to-an-agent")
    before = house.pid("calls")
    house.signal("calls", signal.SIGKILL)
    leg = await agent.rings(within=15)
    await leg.answered(within=5)
    await call.waits(1.0)
    await call.hangs_up()
    await agent.signs_off()
    row = await house.call_of("to-an-agent")
    assert (row["disposition"], row["agent"]) == ("agent", "8001")
    assert row["fallback"] == "no_verdict"
    await house.is_back("calls", after=before)
    await until(lambda: _serves(house), within=30, what="calls are served again", every=0.2)
