"""Lanes at the desk: strangers wait for each other, who was known lately waits for nobody."""

import asyncio
from collections.abc import Callable

import pytest

from web.lane import A_SECOND, SLOWEST, Lane, Lanes, Pace, TooManyAtOnceError


async def _waiting(lane: Lane, count: int) -> list[asyncio.Task[Callable[[], None]]]:
    tasks = [asyncio.create_task(lane.begin()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_one_waits_for_a_turn_and_too_many_are_turned_away() -> None:
    lane = Lane(at_once=1, waiting=1)
    first, second = await _waiting(lane, 2)
    assert (first.done(), second.done()) == (True, False)
    with pytest.raises(TooManyAtOnceError):
        await lane.begin()
    async with lane.turn(ahead=True):
        assert not second.done()
    end = first.result()
    end()
    end()  # the answer began, and then it ended: one turn
    assert (await second)() is None
    async with lane.turn():
        pass


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    lane = Lane(at_once=1, waiting=1)
    end = await lane.begin()
    [gone] = await _waiting(lane, 1)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    [next_one] = await _waiting(lane, 1)
    end()
    (await next_one)()


async def test_strangers_begin_at_a_pace_and_some_at_once_after_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.lane.BURST", 5)
    lanes, loop = Lanes(), asyncio.get_running_loop()
    began, times = loop.time(), []
    for number in range(35):
        (await lanes.lane("" if number % 2 else "unknown").begin())()
        times.append(loop.time() - began)
    assert times[4] < 0.1
    assert times[-1] > 30 / A_SECOND * 0.9
    lanes.good("known")
    began = loop.time()
    for _ in range(100):
        (await lanes.lane("known").begin())()
    assert loop.time() - began < 0.1, "who is known keeps no pace"


async def test_whoever_was_known_lately_waits_for_no_stranger() -> None:
    lanes = Lanes()
    assert lanes.lane("a") is lanes.lane("b")
    assert lanes.lane("a") is not lanes.lane("")
    assert lanes.lane("a", large=True) is lanes.lane("", large=True)
    lanes.good("a")
    assert lanes.is_known("a")
    assert not lanes.is_known("b")
    assert not lanes.is_known("")
    assert lanes.lane("a") is lanes.lane("a", large=True)
    assert lanes.lane("a") is not lanes.lane("b")
    assert lanes.lane("a") is not lanes.lane("a", lasting=True), "pages are not in the way"
    lanes.good("b")
    assert lanes.lane("a") is not lanes.lane("b")


async def test_only_so_many_are_remembered() -> None:
    lanes = Lanes()
    lanes.good("first")
    for number in range(5_000):
        lanes.good(str(number))
    assert not lanes.is_known("first")
    assert lanes.is_known("4999")


def test_strangers_come_slower_while_the_loop_is_late_and_as_before_when_it_is_not() -> None:
    pace = Pace()
    assert pace.slower == 1.0
    for _ in range(20):
        pace.woke(0.03)
    assert 2.5 < pace.slower <= 3.0
    for _ in range(20):
        pace.woke(2.0)
    assert pace.slower == SLOWEST
    for _ in range(40):
        pace.woke(0.001)
    assert pace.slower == 1.0
