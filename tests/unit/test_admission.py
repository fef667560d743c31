"""Admission of requests: strangers wait for each other, who was known lately waits for nobody."""

import asyncio
from collections.abc import Callable

import pytest

from authentication.admission import (
    A_SECOND,
    SLOWEST,
    Admission,
    RequestQueue,
    StartRate,
    TooManyAtOnceError,
)


async def _waiting(queue: RequestQueue, count: int) -> list[asyncio.Task[Callable[[], None]]]:
    tasks = [asyncio.create_task(queue.begin()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_one_waits_for_a_turn_and_too_many_are_turned_away() -> None:
    queue = RequestQueue(at_once=1, waiting=1)
    first, second = await _waiting(queue, 2)
    assert (first.done(), second.done()) == (True, False)
    with pytest.raises(TooManyAtOnceError):
        await queue.begin()
    async with queue.turn(ahead=True):
        assert not second.done()
    end = first.result()
    end()
    end()  # the answer began, and then it ended: one turn
    assert (await second)() is None
    async with queue.turn():
        pass


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    queue = RequestQueue(at_once=1, waiting=1)
    end = await queue.begin()
    [gone] = await _waiting(queue, 1)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    [next_one] = await _waiting(queue, 1)
    end()
    (await next_one)()


async def test_strangers_begin_at_a_pace_and_some_at_once_after_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("authentication.admission.BURST", 5)
    admission, loop = Admission(), asyncio.get_running_loop()
    began, times = loop.time(), []
    for number in range(35):
        (await admission.queue_for("" if number % 2 else "unknown").begin())()
        times.append(loop.time() - began)
    assert times[4] < 0.1
    assert times[-1] > 30 / A_SECOND * 0.9
    admission.good("known")
    began = loop.time()
    for _ in range(100):
        (await admission.queue_for("known").begin())()
    assert loop.time() - began < 0.1, "who is known keeps no rate"


async def test_whoever_was_known_lately_waits_for_no_stranger() -> None:
    admission = Admission()
    assert admission.queue_for("a") is admission.queue_for("b")
    assert admission.queue_for("a") is not admission.queue_for("")
    assert admission.queue_for("a", large=True) is admission.queue_for("", large=True)
    admission.good("a")
    assert admission.is_known("a")
    assert not admission.is_known("b")
    assert not admission.is_known("")
    assert admission.queue_for("a") is admission.queue_for("a", large=True)
    assert admission.queue_for("a") is not admission.queue_for("b")
    assert admission.queue_for("a") is not admission.queue_for("a", lasting=True), (
        "pages are not in the way"
    )
    admission.good("b")
    assert admission.queue_for("a") is not admission.queue_for("b")


async def test_only_so_many_are_remembered() -> None:
    admission = Admission()
    admission.good("first")
    for number in range(5_000):
        admission.good(str(number))
    assert not admission.is_known("first")
    assert admission.is_known("4999")


def test_strangers_come_slower_while_the_loop_is_late_and_as_before_when_it_is_not() -> None:
    rate = StartRate()
    assert rate.slower == 1.0
    for _ in range(20):
        rate.woke(0.03)
    assert 2.5 < rate.slower <= 3.0
    for _ in range(20):
        rate.woke(2.0)
    assert rate.slower == SLOWEST
    for _ in range(40):
        rate.woke(0.001)
    assert rate.slower == 1.0
