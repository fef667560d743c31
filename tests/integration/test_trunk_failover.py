"""A wake-up goes on on the next trunk within its attempt, on both databases, whatever dies."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch.attempts import Attempt
from dispatch.guard import Guard
from dispatch.trunk_states import TrunkStates, Why
from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import Proved, WakeState
from phone_numbers.plan import NumberPlan
from tests.integration.dispatch_room import opened
from tests.integration.hotel import Hotel, HotelSwitch
from trunks.trunk import Trunk

ROOM = "8215"
PLAN = NumberPlan("CN")


class TrunkSwitch(HotelSwitch):
    """Says of a trunk's refusals what Asterisk's hang-up handler does."""

    def refuses(self, attempt: Attempt, status: int) -> None:
        said = f"status=0{status}&words=Said"
        self._cel("USER_DEFINED", attempt, extra=f'{{"extra": "{said}"}}', user="TR_TRUNK")
        self.ends(attempt, 21)

    def in_house(self, number: str) -> bool:
        return False


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[Hotel]:
    async with opened(Hotel, database_url, tmp_path, TrunkSwitch) as found:
        yield found


def _guard(*, lines: int = 60) -> Guard:
    trunks = [
        Trunk.model_validate({"name": name, "host": "192.0.2.9", "lines": lines})
        for name in ("a", "b")
    ]
    plans = {one.name: one.dial_plan(PLAN) for one in trunks}
    return Guard(trunks=TrunkStates.of(trunks), plans=plans)


def _refuses(hotel: Hotel, attempt: Attempt, status: int) -> None:
    assert isinstance(hotel.switch, TrunkSwitch)
    hotel.switch.refuses(attempt, status)


@pytest.mark.parametrize("status", [401, 407, 503])
async def test_it_goes_on_within_one_attempt_and_keeps_what_was_said(
    hotel: Hotel, status: int
) -> None:
    key, guard = await hotel.wakes(ROOM, in_s=0.1), _guard()
    async with hotel.dispatcher(guard=guard) as dispatcher:
        first = await hotel.rings(1)
        assert (first.trunk, first.ways) == ("a", f"b/{ROOM}")
        _refuses(hotel, first, status)
        second = await hotel.rings(2)
        assert (second.id, second.trunk, second.ways) == (first.id, "b", "")
        assert second.channel == f"{first.channel}.2"
        await dispatcher.not_rung(first.id, first.channel)  # Asterisk says so a moment later
        hotel.switch.answers(second)
        hotel.switch.says(second, "awake")
        hotel.switch.ends(second, 16)
        assert (await hotel.is_now(key, WakeState.AWAKE)).tries == 1
        await hotel.until(lambda: dispatcher.in_flight == 0, within=3)
    [kept] = await hotel.attempts(key)
    assert (kept.result, kept.trunk, kept.trunk_said) == ("answered", "b", f"a {status} Said")
    assert guard.trunks.states["a"].why is Why.REFUSES


async def test_when_every_trunk_refuses_it_ends_as_ours_and_is_tried_again_later(
    hotel: Hotel,
) -> None:
    key = await hotel.wakes(ROOM, in_s=0.1)
    async with hotel.dispatcher(guard=_guard()):
        _refuses(hotel, await hotel.rings(1), 407)
        _refuses(hotel, await hotel.rings(2), 403)
        third = await hotel.rings(3)
    attempts = await hotel.attempts(key)
    assert (attempts[0].result, attempts[0].trunk_said) == ("no_line", "a 407 Said; b 403 Said")
    assert third.id == attempts[1].id


async def test_a_channel_that_could_not_be_made_goes_on_as_well(hotel: Hotel) -> None:
    await hotel.wakes(ROOM, in_s=0.1)
    async with hotel.dispatcher(guard=_guard()) as dispatcher:
        first = await hotel.rings(1)
        await dispatcher.not_rung(first.id, first.channel)
        assert (await hotel.rings(2)).trunk == "b"


async def test_who_is_awake_meanwhile_is_not_rung_on_another_trunk(hotel: Hotel) -> None:
    key = await hotel.wakes(ROOM, in_s=0.1)
    async with hotel.dispatcher(guard=_guard()) as dispatcher:
        first = await hotel.rings(1)
        async with hotel.writing() as connection:
            found, at = await hotel.wake_up(key), datetime.now(UTC)
            awake = replace(found, state=WakeState.AWAKE, awake_at=at, proof=Proved("desk").by)
            await wake_ups.keep(connection, {key: awake})
        await hotel.until(lambda: first.id in dispatcher._sent_away, within=5)
        _refuses(hotel, first, 503)
        await hotel.until(lambda: dispatcher.in_flight == 0, within=5)
    assert len(hotel.switch.rung) == 1


async def test_a_trunk_takes_no_more_calls_than_it_has_lines(hotel: Hotel) -> None:
    for number in range(3):
        await hotel.wakes(f"82{number:02d}", in_s=0.1)
    async with hotel.dispatcher(guard=_guard(lines=2)):
        await hotel.rings(3)
    assert sorted(one.trunk for _, one in hotel.switch.rung) == ["a", "a", "b"]


async def test_a_dispatcher_that_comes_after_does_not_ring_again_what_it_does_not_know(
    hotel: Hotel,
) -> None:
    key = await hotel.wakes(ROOM, in_s=0.1)
    async with hotel.dispatcher(guard=_guard()):
        first = await hotel.rings(1)
    _refuses(hotel, first, 503)
    async with hotel.dispatcher(guard=_guard()):
        second = await hotel.rings(2)
    assert second.id != first.id, "another attempt, with all it must be told"
    attempts = await hotel.attempts(key)
    assert (attempts[0].result, attempts[0].trunk_said) == ("congestion", "a 503 Said")
