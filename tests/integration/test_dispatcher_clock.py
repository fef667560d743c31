"""Whatever the clock on the wall does, who is late is rung or reported, and nobody twice.

The dispatcher and the switch share one clock, as the programs of one machine do; it is put forward
and back while they run.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dispatch.attempts import Attempt
from features.wake_ups.lifecycle import WakeState, WakeUpRules
from tests.fakes.clock import MovedClock
from tests.integration.dispatch_room import opened
from tests.integration.hotel import Hotel, HotelSwitch

HOUR = 3600.0
RULES = WakeUpRules(ring_for=1.0, again_every=0.5, give_up_after=600.0, grace=1800.0)
LINES = 4


class Crowded(HotelSwitch):
    """A switch on which everybody wakes at once; knows how many rang at a time."""

    most: int = 0
    woken: int = 0

    async def ring(self, attempt: Attempt, **more: object) -> bool | None:
        rung = await super().ring(attempt, **more)  # type: ignore[arg-type]
        self.most = max(self.most, len(self.alive))
        return rung

    def wakes(self, attempt: Attempt) -> None:
        self.woken += 1
        self.answers(attempt)
        self.says(attempt, "awake")
        self.ends(attempt, 16)


class CrowdedHotel(Hotel):
    """A hotel of which each guest wakes a moment after the ring."""

    switch: Crowded

    async def wakes_everybody(self, count: int) -> None:
        """Let guests wake until so many have."""
        while self.switch.woken < count:
            await self.rings(self.switch.woken + 1, within=20)
            await self.passes(0.05)
            self.switch.wakes(self.switch.rung[self.switch.woken][1])


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[CrowdedHotel]:
    async with opened(CrowdedHotel, database_url, tmp_path, Crowded) as found:
        yield found


@pytest.fixture
def switch(hotel: CrowdedHotel) -> Crowded:
    return hotel.switch


@pytest.fixture
def clock(hotel: CrowdedHotel) -> MovedClock:
    return hotel.clock


def _nobody_twice(switch: Crowded) -> None:
    twice = {
        key: count
        for key, count in Counter(one.subject_id for _, one in switch.rung).items()
        if count > 1
    }
    assert not twice, "rung again though awake"


@pytest.mark.parametrize("leap", [HOUR, 2 * HOUR], ids=["put an hour on", "a sleep of two hours"])
async def test_a_leap_forward_rings_the_late_ones_on_the_lines_and_reports_the_old_ones(
    hotel: CrowdedHotel, switch: Crowded, clock: MovedClock, leap: float
) -> None:
    old = [await hotel.wakes(f"81{n:02d}", in_s=600 + n) for n in range(6)]
    late = [await hotel.wakes(f"82{n:02d}", in_s=leap - 600 + n) for n in range(12)]
    ahead = await hotel.wakes("8300", in_s=leap + 600)
    async with hotel.dispatcher(lines=LINES, rules=RULES) as dispatcher:
        await hotel.until(lambda: dispatcher._began, within=5, what="the dispatcher is at work")
        clock.leaps(leap)
        await hotel.wakes_everybody(len(late))
        for key in late:
            await hotel.is_now(key, WakeState.AWAKE)
        for key in old:
            await hotel.is_now(key, WakeState.MISSED)
        await hotel.until(lambda: dispatcher.in_flight == 0, within=5)
    assert sorted(one.subject_id for _, one in switch.rung) == sorted(late)
    assert switch.most <= LINES, "more at once than there are lines"
    assert (await hotel.wake_up(ahead)).state is WakeState.WAITING
    _nobody_twice(switch)


async def test_a_clock_put_back_rings_nobody_again_and_nobody_early(
    hotel: CrowdedHotel, switch: Crowded, clock: MovedClock
) -> None:
    """Awake stays awake; who was about to be rung waits for the minute, and holds no line."""
    awake = await hotel.wakes("8201", in_s=0.1)
    async with hotel.dispatcher(lines=LINES, rules=RULES) as dispatcher:
        await hotel.wakes_everybody(1)
        await hotel.is_now(awake, WakeState.AWAKE)
        minute = clock() + 2.5  # later than all of them need to be put on the register
        next_ones = [await hotel.wakes(f"83{n:02d}", in_s=minute - clock()) for n in range(LINES)]
        await hotel.until(lambda: dispatcher.in_flight == LINES, within=5, what="claimed")
        clock.leaps(-HOUR)
        await hotel.until(lambda: dispatcher.in_flight == 0, what="the lines are free again")
        soon = await hotel.wakes("8400", in_s=0.2)
        await hotel.wakes_everybody(2)
        await hotel.is_now(soon, WakeState.AWAKE)
        assert [one.subject_id for _, one in switch.rung] == [awake, soon]
        clock.leaps(HOUR)
        await hotel.wakes_everybody(2 + LINES)
        for key in next_ones:
            found = await hotel.is_now(key, WakeState.AWAKE)
            first = min(at for at, one in switch.rung if one.subject_id == key)
            assert first >= found.due.timestamp(), "rung before the minute"
    _nobody_twice(switch)


async def test_a_switch_that_dies_after_the_clock_was_put_back_takes_its_calls_with_it(
    hotel: CrowdedHotel, switch: Crowded, clock: MovedClock
) -> None:
    key = await hotel.wakes("8201", in_s=0.1)
    async with hotel.dispatcher(lines=LINES, rules=RULES):
        switch.answers(await hotel.rings(1))
        clock.leaps(-HOUR)
        switch.dies("trk2")
        clock.leaps(HOUR)
        again = await hotel.rings(2)
        assert again.channel.startswith("trk2-")
        switch.wakes(again)
        await hotel.is_now(key, WakeState.AWAKE)


async def test_killed_and_put_back_it_rings_who_was_claimed_at_the_minute(
    hotel: CrowdedHotel, switch: Crowded, clock: MovedClock
) -> None:
    """There is no channel, so the order of the killed one was never sent."""
    key = await hotel.wakes("8201", in_s=0.9)
    async with hotel.dispatcher(lines=LINES, rules=RULES):
        await hotel.until(lambda: hotel.attempts(key), within=3, what="claimed")
    assert not switch.rung
    clock.leaps(-HOUR)
    async with hotel.dispatcher(lines=LINES, rules=RULES) as dispatcher:
        await hotel.until(lambda: dispatcher._began, within=5, what="the dispatcher is at work")
        await hotel.until(lambda: dispatcher.in_flight == 0, what="the line is free again")
        assert not switch.rung, "rung an hour early"
        clock.leaps(HOUR)
        await hotel.wakes_everybody(1)
        await hotel.is_now(key, WakeState.AWAKE)
