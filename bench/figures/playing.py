"""A bench of figures from its first call to its last question."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from html import unescape
from itertools import count
from random import Random
from typing import Any

from bench.figures.book import Book
from bench.figures.check import Lie, board_lies, call_lies, page_lies
from bench.figures.scenes import IN_VAIN, TALKS, Lane, played
from caller import audio
from caller.listen import Samples, segments
from caller.phone import Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.work import at_work
from tests.waiting import until

WRAP_UP_S = 1.0
ALONE = "manager"
"""Rung for overdue complaints and for who is led to them: lanes do not meet."""
FIRST_SEAT, FIRST_AGENT, FIRST_CALLER = 8101, 4001, 13_900_000_001


def wanted(lanes: int) -> dict[str, object]:
    """Return the settings of a house for so many lanes."""
    seats = [str(FIRST_SEAT + number) for number in range(2 * lanes)]
    return {
        "desk_phones": ",".join(seats),
        "max_wait": 8,
        "ring_agent_for": 5,
        "wrap_up_for": WRAP_UP_S,
    }


def drawn(calls: int, *, seed: int, without: Sequence[str] = ()) -> list[str]:
    """Return which scenes are played: each kind about as often, in an order of chance."""
    kinds = [one for one in (*TALKS, *IN_VAIN) if one not in without]
    chosen = [kinds[number % len(kinds)] for number in range(calls)]
    Random(seed).shuffle(chosen)
    return chosen


async def lies(
    house: House, phone: Phone, words: Callable[[float], Samples], scenes: Sequence[str], lanes: int
) -> tuple[Book, list[Lie]]:
    """Play the scenes; return what people noted, and every figure that says otherwise."""
    book = Book()
    async with AsyncExitStack() as stack:
        leader = await stack.enter_async_context(signed_in(house, "4901", "manager"))
        working = [
            await stack.enter_async_context(_lane(house, phone, words, book, number))
            for number in range(lanes)
        ]
        numbers = count(1)
        shares = [scenes[number::lanes] for number in range(lanes)]
        await asyncio.gather(
            *(_plays(lane, share, numbers) for lane, share in zip(working, shares, strict=True))
        )
        found = [
            lie for page in book.pages async for lie in _of_call(house, leader, page.ref, book)
        ]
        for lane in working:
            for worker in (lane.first, lane.second):
                await worker.agent.is_now("paused", "training")
                book.wrap_up_s[worker.number] = _wrapped_up(worker.agent)
        return book, [*found, *await _of_board(leader, book)]


@asynccontextmanager
async def _lane(
    house: House, phone: Phone, words: Callable[[float], Samples], book: Book, number: int
) -> AsyncIterator[Lane]:
    first, second = FIRST_AGENT + 2 * number, FIRST_AGENT + 2 * number + 1
    seat = FIRST_SEAT + 2 * number
    async with (
        at_work(house, phone, str(first), str(seat), role=ALONE) as one,
        at_work(house, phone, str(second), str(seat + 1), role=ALONE) as other,
    ):
        caller = str(FIRST_CALLER + number)
        beep_s = segments(_prompt(house, "beep"), gap=0.1)[-1].end
        lane = Lane(house, phone, one, other, caller, words, book, beep_s)
        await lane.opens()
        yield lane


async def _plays(lane: Lane, kinds: Sequence[str], numbers: "count[int]") -> None:
    for kind in kinds:
        await played(lane, kind, f"figures-{next(numbers)}")
        await _rests(lane)


async def _rests(lane: Lane) -> None:
    """Let both write for as long as they do, and rest: nobody else is led to them."""
    for worker in (lane.first, lane.second):
        await asyncio.sleep(WRAP_UP_S / 2)
        await worker.agent.is_now("paused", "meal")


async def _of_call(house: House, leader: Agent, ref: str, book: Book) -> AsyncIterator[Lie]:
    row = await house.call_of(ref, within=30)
    page = next(one for one in book.pages if one.ref == ref)
    said = (await leader.client.get(f"/api/v1/calls/{row['id']}")).raise_for_status().json()
    said["answered_at"], said["ended_at"] = (_epoch(said[each]) for each in ("answered", "ended"))
    words_s = len(_prompt(house, "connecting")) / 8000
    for lie in call_lies(page, said, words_s=words_s):
        yield lie
    shown = (await leader.client.get(f"/calls/{row['id']}")).raise_for_status().text
    for lie in page_lies(page, said, _shown(shown)):
        yield lie


async def _of_board(leader: Agent, book: Book) -> list[Lie]:
    """Return the lies of the wallboard; on a busy machine it is some seconds behind."""

    async def found() -> list[Lie]:
        board = (await leader.client.get("/api/v1/floor")).raise_for_status().json()
        return list(board_lies(book, board))

    async def true() -> bool:
        return not await found()

    try:
        await until(true, within=20, what="the wallboard says what people noted", every=0.5)
    except AssertionError:
        return await found()
    return []


def _wrapped_up(agent: Agent) -> float:
    """Return for how long the agent's page said that the agent writes."""
    total, since = 0.0, None
    for event in agent.events:
        duty: Any = {"duty": event.data, "state": event.data.get("duty")}.get(event.name)
        if duty is None:
            continue
        if since is not None and duty["duty"] != "wrap_up":
            total, since = total + event.at - since, None
        elif since is None and duty["duty"] == "wrap_up":
            since = event.at
    return total


_ROW = re.compile(r"<dt[^>]*>([^<]+)</dt><dd>(.*?)</dd>", re.DOTALL)
_TALKED = re.compile(r'<ul class="plain" id="talked-with">(.*?)</ul>', re.DOTALL)
_LIFT = re.compile(r"</time>\s*\S*\s*(\d+) <span")
_WAITED = re.compile(r"等了 ([\d:]+)")
_NAMES = {"通话时长": "talk", "保持时长": "hold", "留言时长": "message"}


def _shown(page: str) -> dict[str, str]:
    """Return the figures that a call's page shows."""
    rows = {unescape(name): text.strip() for name, text in _ROW.findall(page)}
    listed = _TALKED.search(page)
    lifts = _LIFT.findall(listed[1]) if listed else []
    waited = _WAITED.search(page)
    return {
        **{ours: rows.get(name, "–") for name, ours in _NAMES.items()},
        "waited": waited[1] if waited else "–",
        "agents": " ".join(lifts),
        "lifts": str(len(lifts)),
    }


def _prompt(house: House, name: str) -> Samples:
    return audio.read(house.settings.paths.sounds / "zh" / f"{name}.wav")


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
