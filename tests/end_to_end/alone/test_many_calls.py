"""Callers talk to as many agents while holds, transfers and five kinds of loss go on.

Two of the agents talk through their pages: one page is loaded again, the other one crashes. Five
callers in `make test`, twenty in `make soak`.

ANS-3, ANS-5, SIL-7: nobody has dead air over 5 s, no agent and no call is left as a ghost, and each
call is there once with a recording that ends where the line did.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from caller import audio
from caller.leg import Leg, LineGoneError
from caller.listen import RATE, Samples
from caller.phone import Answering, Phone
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES, SEATS
from tests.end_to_end.people import longest_dead_air
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work, call_id
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

PAGES = 2


@dataclass(frozen=True)
class Crowd:
    """How many call, and how many of their agents hold and hand over to one who is idle."""

    calls: int
    held: int
    moved: int
    idle: int

    @property
    def seats(self) -> list[str]:
        """Return the desk phones at which somebody works."""
        return list(SEATS[: self.calls - PAGES + self.idle])


FEW = Crowd(calls=5, held=1, moved=1, idle=2)
MANY = Crowd(calls=20, held=4, moved=3, idle=4)
DEAD_AIR_S = 5.0
LOST_AT_MOST_S = 2.5
"""Seconds at the end of a recording that a killed Asterisk may take with it."""

pytestmark = [pytest.mark.real, pytest.mark.slow]
HOTLINE = {**AGENTS_AT_PHONES, "max_wait": 60, "ring_agent_for": 15}


async def _calls(house: House, phone: Phone, words: Samples, refs: Sequence[str]) -> list[Leg]:
    """Have callers ring, two a second, until each talks to an agent."""
    calling = []
    for which, ref in enumerate(refs):
        caller = f"139{which:08d}"
        asking = asks_for_an_agent(house, phone, words, ref, caller=caller)
        calling.append(asyncio.create_task(asking))
        await asyncio.sleep(0.5)
    return await asyncio.gather(*calling)


async def _is_held(agent: Leg) -> None:
    """Be put on hold for four seconds."""
    await agent.holds()
    await asyncio.sleep(4.0)
    await agent.resumes()


async def _moves(house: House, worker: Worker, to: Worker, refs: Sequence[str]) -> None:
    """Have an agent hand the caller over to a colleague who has nobody."""
    query = "SELECT ref FROM calls WHERE state <> 'ended' AND agent = :agent"
    told = partial(house.rows, query, agent=worker.number)  # a row comes a moment late
    [row] = await until(told, within=10, what=f"the call of {worker.number} is a row", every=0.2)
    ref = str(row["ref"])
    assert ref in refs
    path = f"/api/v1/calls/{await call_id(house, ref)}/transfer"
    answer = await worker.agent.asks(path, to=to.number)
    assert answer.is_success, answer.text
    await (await to.phone.rings(within=15)).answered(within=5)


async def _answers_in_a_page(desk: Desk, number: str) -> Page:
    """Give the page of an agent who answers whatever rings there."""
    page = await desk.signed_in(number)
    page.on("dialog", lambda dialog: dialog.accept())
    await desk.on_duty(page)
    await page.evaluate(
        """setInterval(() => {
             const answer = document.querySelector("#answer");
             if (!answer.disabled) answer.click();
           }, 250)"""
    )
    return page


async def _crashes(desk: Desk, page: Page) -> None:
    """Lose a page as a browser loses it: nothing in it runs any more."""
    session = await page.context.new_cdp_session(page)
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(2):
            await session.send("Page.crash")


async def _each_is_kept_once(house: House, refs: Sequence[str], lasted: Sequence[float]) -> None:
    for ref, seconds in zip(refs, lasted, strict=True):
        row = await house.call_of(ref, within=30)
        assert row["hung_up_by"] == "switch", dict(row)
        recording = await house.recording_of(row)
        left, _ = audio.read_stereo(house.settings.paths.store / recording["path"])
        assert len(left) / RATE >= seconds - LOST_AT_MOST_S, f"{ref}: {len(left) / RATE} s"
        kept = await house.rows("SELECT id FROM recordings WHERE call_id = :id", id=row["id"])
        assert len(kept) == 1
    assert not await house.rows("SELECT id FROM calls WHERE state <> 'ended'"), "a ghost of a call"


async def _all_are_members_once(house: House, crowd: Crowd) -> bool:
    members = (await house.asterisk("queue show hotline")).splitlines()
    lines = [line for line in members if "PJSIP/81" in line]
    seats = sorted(line.split("PJSIP/")[1][:4] for line in lines)
    return seats == crowd.seats and not any("(paused" in line for line in lines)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("crowd", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
async def test_whatever_dies_in_many_calls_nobody_is_left_alone(
    crowd: Crowd,
    house: House,
    desk: Desk,
    phone: Phone,
    words: Callable[[float], Samples],
    speech: Samples,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.forgiven = ("ERR_", "Failed to load resource", "503", "WebSocket")
    pages = [await _answers_in_a_page(desk, str(6101 + which)) for which in range(PAGES)]
    async with AsyncExitStack() as stack:
        talking = Answering(after=0.3, says=audio.joined([speech] * 5))
        workers = [
            await stack.enter_async_context(
                at_work(house, phone, str(6001 + which), seat, answering=talking)
            )
            for which, seat in enumerate(crowd.seats)
        ]
        refs = [f"{crowd.calls}-{which}" for which in range(crowd.calls)]
        calls = await _calls(house, phone, words(1.5), refs)
        at_phones = crowd.calls - PAGES
        await until(lambda: _busy(workers)[at_phones - 1 :], within=20, what="everybody talks")
        for page in pages:
            await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
        await asyncio.sleep(1.0)
        since = [call.now for call in calls]
        busy = _busy(workers)
        idle = [worker for worker in workers if worker not in busy]
        assert (len(busy), len(idle)) == (at_phones, crowd.idle)
        moving = busy[crowd.held : crowd.held + crowd.moved]
        await asyncio.gather(
            *(_is_held(worker.phone.calls[-1]) for worker in busy[: crowd.held]),
            *(_moves(house, one, to, refs) for one, to in zip(moving, idle, strict=False)),
        )
        again, crashing = pages
        await again.reload()
        await expect(again.locator("#state")).to_have_attribute("data-state", "talking")
        await _crashes(desk, crashing)
        await until(lambda: len(_busy(workers)) > at_phones, within=40, what="all are talked to")
        killed = time.monotonic()
        front, service = (house.signal(name, signal.SIGKILL) for name in ("desk", "calls"))
        await house.is_back("desk", after=front)
        await house.is_back("calls", after=service)
        for worker in _busy(workers):
            await worker.agent.is_seen("talking", after=killed, within=30)
        assert not any(call.is_over for call in calls), "a call has gone with us"
        await expect(again.locator("#state")).to_have_attribute("data-state", "talking")
        lasted = [call.now - (call.moment("answered") or 0.0) for call in calls]
        switch = house.signal("asterisk", signal.SIGKILL)
        dead_air = [
            longest_dead_air(call, since=begin) for call, begin in zip(calls, since, strict=True)
        ]
        with capsys.disabled():
            print(f"\n  longest dead air of {crowd.calls} callers {max(dead_air):.2f} s")
        assert max(dead_air) <= DEAD_AIR_S
        await house.is_back("asterisk", after=switch)
        await _each_is_kept_once(house, refs, lasted)
        members = partial(_all_are_members_once, house, crowd)
        await until(members, within=60, what="all are members again")
        for worker in workers:
            idle_again = partial(_is_in_no_call, worker)
            await until(idle_again, within=10, what=f"{worker.number} is in no call")
        await asyncio.gather(*(_puts_down(leg) for leg in [*calls, *_legs(workers)]))


async def _is_in_no_call(worker: Worker) -> bool:
    """Tell what the page shows; the desk asks the new Asterisk a moment after it is back."""
    duty = (await worker.agent.client.get("/api/v1/duty")).json()
    return duty["state"] not in {"talking", "ringing", "on_hold"}


def _busy(workers: Sequence[Worker]) -> list[Worker]:
    """Return the agents on whose phone somebody talks now."""
    return [
        worker
        for worker in workers
        if any(leg.moment("answered") and not leg.is_over for leg in worker.phone.calls)
    ]


def _legs(workers: Sequence[Worker]) -> list[Leg]:
    return [leg for worker in workers for leg in worker.phone.calls]


async def _puts_down(leg: Leg) -> None:
    try:
        await leg.hangs_up()
    except LineGoneError:
        return
