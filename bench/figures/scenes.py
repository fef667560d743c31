"""The ways in which calls of the bench go, each noted by its own people as it goes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bench.figures.book import Book, Page, Part
from caller.leg import Leg
from caller.listen import Samples
from caller.phone import NEVER, Answering, Phone
from tests.end_to_end import matters
from tests.end_to_end.house import House
from tests.end_to_end.work import Worker, asks_for_an_agent, call_id
from tests.waiting import until

PICKS_UP = Answering(after=0.3)
TALKS_S = 1.5
HOLDS_S = 2.4


@dataclass
class Lane:
    """Two agents and the caller who is always led to the first of them (QUE-3)."""

    house: House
    phone: Phone
    first: Worker
    second: Worker
    caller: str
    words: Callable[[float], Samples]
    book: Book
    beep_s: float
    """The tone before a message."""

    async def opens(self) -> None:
        """Write the caller's open matter: the first agent has it."""
        of_the_first = matters.ticket(
            self.caller, handler=self.first.number, due_in=timedelta(hours=3)
        )
        await matters.write(self.house, of_the_first)

    async def asks(self, kind: str, ref: str) -> Page:
        """Have the caller ask for an agent; return the page of notes."""
        call = await asks_for_an_agent(
            self.house, self.phone, self.words(1.5), ref, caller=self.caller
        )
        page = Page(ref, kind, "agent", "caller", call, asked_at=call.began + call.now)
        self.book.pages.append(page)
        return page


async def lifted(page: Page, worker: Worker, how: str) -> tuple[Leg, Part]:
    """Have an agent lift for a caller; it is noted from the moment of the answer."""
    leg = await worker.talks()
    part = Part(worker.number, how, leg.began + (leg.moment("answered") or 0.0))
    page.parts.append(part)
    return leg, part


async def over(leg: Leg, part: Part) -> None:
    """Note when a talk ended, by the agent's own receiver."""
    await leg.ended(within=15)
    part.ended = leg.began + (leg.moment("ended") or 0.0)


async def plain(lane: Lane, ref: str) -> None:
    """The caller hangs up first."""
    page = await lane.asks("plain", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(TALKS_S)
    await page.caller.hangs_up()
    await over(leg, part)


async def agent_first(lane: Lane, ref: str) -> None:
    """The agent hangs up first: the farewell is no talk."""
    page = await lane.asks("agent_first", ref)
    page.hung_up_by = "agent"
    leg, part = await lifted(page, lane.first, "answered")
    await leg.waits(TALKS_S)
    await leg.hangs_up()
    await over(leg, part)
    await page.caller.ended(within=15)


async def hold(lane: Lane, ref: str) -> None:
    """The caller hears music for a while."""
    page = await lane.asks("hold", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await leg.waits(1.0)
    began = leg.now
    await leg.holds()
    await page.caller.waits(HOLDS_S)
    await leg.resumes()
    part.held_s = leg.now - began
    await page.caller.waits(TALKS_S)
    await page.caller.hangs_up()
    await over(leg, part)


async def gone_on_hold(lane: Lane, ref: str) -> None:
    """The caller has enough of the music."""
    page = await lane.asks("gone_on_hold", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await leg.waits(TALKS_S)
    began = leg.now
    await leg.holds()
    await page.caller.waits(HOLDS_S)
    await page.caller.hangs_up()
    await over(leg, part)
    part.held_s = part.ended - leg.began - began


async def transfer(lane: Lane, ref: str) -> None:
    """The page sends the caller to a colleague, unasked."""
    page = await lane.asks("transfer", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(TALKS_S)
    await _asked(lane, ref, "transfer", to=lane.second.number)
    await over(leg, part)
    await _talked_with_the_second(lane, page, "transferred")


async def refer(lane: Lane, ref: str) -> None:
    """The desk phone itself sends the caller to a colleague (REFER)."""
    page = await lane.asks("refer", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(TALKS_S)
    sends = asyncio.create_task(leg.transfers(lane.second.phone.number))
    await over(leg, part)
    await _talked_with_the_second(lane, page, "transferred")
    await sends


async def attended(lane: Lane, ref: str) -> None:
    """The desk phone asks a colleague first, then hands the caller over (REFER, Replaces)."""
    page = await lane.asks("attended", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(1.0)
    held_from = leg.now
    await leg.holds()
    asks = await lane.first.phone.dials(lane.second.phone.number)
    asked = await lane.second.talks()
    await asked.waits(1.0)
    sends = asyncio.create_task(leg.transfers_to(asks))
    await over(leg, part)
    part.held_s = (part.ended - leg.began) - held_from
    theirs = Part(lane.second.number, "attended", part.ended)
    page.parts.append(theirs)
    await page.caller.waits(TALKS_S)
    await page.caller.hangs_up()
    await over(asked, theirs)
    await sends


async def script(lane: Lane, ref: str) -> None:
    """A script key, and the caller who speaks again comes back to the agent."""
    page = await lane.asks("script", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(TALKS_S)
    await lane.first.presses_script(await call_id(lane.house, ref), "silent")
    await over(leg, part)
    await page.caller.hears_words(within=8)
    await page.caller.says(lane.words(2.0))
    again, back = await lifted(page, lane.first, "returned")
    await page.caller.waits(TALKS_S)
    await page.caller.hangs_up()
    await over(again, back)


async def conference(lane: Lane, ref: str) -> None:
    """A colleague is brought in as a third party, and goes before the others."""
    page = await lane.asks("conference", ref)
    leg, part = await lifted(page, lane.first, "answered")
    await page.caller.waits(TALKS_S)
    await _asked(lane, ref, "conference", **{"with": lane.second.number})
    third, theirs = await lifted(page, lane.second, "conference")
    await page.caller.waits(TALKS_S)
    await third.hangs_up()
    await over(third, theirs)
    await page.caller.waits(1.0)
    await page.caller.hangs_up()
    await over(leg, part)


async def message(lane: Lane, ref: str) -> None:
    """Phones ring in vain until the caller is asked for a message."""
    page = await lane.asks("message", ref)
    page.outcome, page.hung_up_by = "message", "system"
    rang = _ringing(lane)
    await lane.house.call_of(ref, state="message", within=60)
    await page.caller.hears_pause(1.0, within=5)
    tone_ended = page.caller.words(gap=0.1)[-1].end
    await page.caller.says(lane.words(3.0))
    key_at = page.caller.now
    await page.caller.presses("#")
    page.message_s = key_at - tone_ended + lane.beep_s
    await page.caller.ended(within=30)
    page.misses = _missed(lane, rang)


async def abandon(lane: Lane, ref: str) -> None:
    """The caller gives up while a phone rings."""
    page = await lane.asks("abandon", ref)
    page.outcome = "abandoned_queue"
    rang = _ringing(lane)
    await until(lambda: _ringing(lane) != rang, within=10, what="a phone rings")
    await page.caller.waits(2.0)
    await page.caller.hangs_up()


Scene = Callable[[Lane, str], Awaitable[None]]

TALKS: Mapping[str, Scene] = {
    "plain": plain,
    "transfer": transfer,
    "attended": attended,
    "hold": hold,
    "refer": refer,
    "script": script,
    "agent_first": agent_first,
    "gone_on_hold": gone_on_hold,
    "conference": conference,
}
"""Scenes in which somebody lifts."""
IN_VAIN: Mapping[str, Scene] = {"message": message, "abandon": abandon}
"""Scenes in which nobody does."""


async def played(lane: Lane, kind: str, ref: str) -> None:
    """Play a scene with agents who are ready; then everybody writes for a moment."""
    scene = TALKS.get(kind) or IN_VAIN[kind]
    how = NEVER if kind in IN_VAIN else PICKS_UP
    for worker in (lane.first, lane.second):
        worker.phone.answering = how
        await worker.agent.is_now("ready")
        await until(
            lambda seat=worker.phone.number: lane.house.idle(f"own-{seat}"),  # type: ignore[misc]
            within=15,
            what=f"{worker.number} is ready",
            every=0.2,
        )
    await scene(lane, ref)


async def _asked(lane: Lane, ref: str, what: str, **given: object) -> None:
    path = f"/api/v1/calls/{await call_id(lane.house, ref)}/{what}"
    answer = await lane.first.agent.client.post(path, json=given)
    assert answer.is_success, answer.text


async def _talked_with_the_second(lane: Lane, page: Page, how: str) -> None:
    leg, part = await lifted(page, lane.second, how)
    await page.caller.waits(TALKS_S)
    await page.caller.hangs_up()
    await over(leg, part)


def _ringing(lane: Lane) -> dict[str, int]:
    """Return how many calls each phone of a lane has had."""
    return {one.number: len(one.phone.calls) for one in (lane.first, lane.second)}


def _missed(lane: Lane, before: Mapping[str, int]) -> dict[str, int]:
    """Return how often each phone rang in vain since, for a second or more."""
    found = {}
    for one in (lane.first, lane.second):
        legs = one.phone.calls[before[one.number] :]
        rang = sum((leg.moment("ended") or 0.0) >= 1.0 for leg in legs)
        if rang:
            found[one.number] = rang
    return found
