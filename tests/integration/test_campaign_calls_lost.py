"""Calls of campaigns that a crash, a lost phone or a missing line ends: nobody is rung twice."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from dispatch.purpose import Follow, Planned
from features.campaign_calls.outbound import CampaignCalls
from features.campaigns.contact import ContactState
from features.campaigns.lifecycle import CampaignState
from features.campaigns.tables import CampaignContactRow
from tests.fakes.ringing import RingingSwitch
from tests.integration.campaign_room import House, SpokenAtOnce, campaign, people
from tests.integration.dispatch_room import opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(House, database_url, tmp_path, RingingSwitch) as found:
        yield found


async def test_killed_between_the_word_and_the_ring_the_attempt_counts_as_made(
    house: House,
) -> None:
    key = await house.makes(campaign(max_attempts=1), people(1))
    house.switch.deaf = True
    async with house.dispatcher():
        await house.until(house.attempts, within=3, what="the attempt is there")
    house.switch.deaf = False
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    assert not house.switch.rung
    [contact] = await house.contacts(key)
    assert (contact.state, contact.result, contact.tries) == (
        ContactState.FAILED,
        Result.UNKNOWN,
        1,
    )


async def test_killed_while_it_rings_nothing_is_lost_and_nobody_rung_twice(house: House) -> None:
    key = await house.makes(campaign(), people(10))
    async with house.dispatcher():
        await house.rings(10)
    for _, attempt in house.switch.rung[:5]:
        house.completes(attempt)  # while nobody dispatches
    async with house.dispatcher():
        await house.passes(4.0)  # longer than what was never sent is given
        for _, attempt in house.switch.rung[5:]:
            house.completes(attempt)
        await house.is_now(key, CampaignState.FINISHED)
    assert len(house.switch.rung) == 10
    assert {contact.result for contact in await house.contacts(key)} == {Result.COMPLETED}


async def test_a_switch_that_dies_under_a_call_counts_as_an_attempt(house: House) -> None:
    key = await house.makes(campaign(max_attempts=2), people(1))
    async with house.dispatcher():
        await house.rings(1)
        house.switch.dies("trk2")
        died = house.clock()
        house.completes(await house.rings(2))
        await house.is_now(key, CampaignState.FINISHED)
    assert house.switch.rung[1][0] - died >= 0.25, "rung again before the time for that"
    assert [contact.tries for contact in await house.contacts(key)] == [2]


class DiesAfterTheCommit(CampaignCalls):
    """Has the first turn fail between the commit and the ring."""

    failed = False

    async def claim(
        self, connection: AsyncConnection, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Sequence[Planned], Follow]:
        planned, follow = await super().claim(connection, now=now, until=until, limit=limit)
        if planned and not self.failed:
            self.failed = True
            follow = cast("Follow", None)
        return planned, follow


async def test_an_attempt_that_a_failing_turn_left_open_is_found_again(house: House) -> None:
    key = await house.makes(campaign(max_attempts=2), people(1))
    campaign_calls = DiesAfterTheCommit(lines=5, scripts=SpokenAtOnce())
    house.switch.on_ring = house.completes
    async with house.dispatcher(campaign_calls=campaign_calls):
        await house.is_now(key, CampaignState.FINISHED, within=20)
    assert [one.result for one in await house.attempts()] == ["never_rung", "answered"]
    assert [contact.tries for contact in await house.contacts(key)] == [2]


async def test_two_dispatchers_never_ring_the_same_person(house: House) -> None:
    await house.makes(campaign(), people(60))
    async with house.dispatcher(lines=60), house.dispatcher(lines=60):
        await house.rings(60)
        await house.passes(0.5)
    rung = [attempt.subject_id for _, attempt in house.switch.rung]
    assert len(rung) == len(set(rung)) == 60


async def test_a_call_that_was_forgotten_is_ended_as_unknown(house: House) -> None:
    key = await house.makes(campaign(max_attempts=1), people(1))
    async with house.writing() as connection:
        lost = update(CampaignContactRow).where(CampaignContactRow.campaign_id == key)
        await connection.execute(lost.values(state="calling", next_at=None, tries=1))
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    assert [contact.result for contact in await house.contacts(key)] == [Result.UNKNOWN]
    assert not house.switch.rung


async def test_a_missing_trunk_is_not_booked_as_a_phone_that_is_off(house: House) -> None:
    [person] = people(1)
    house.switch.engaged.add(person.number)
    key = await house.makes(campaign(), [person])
    async with house.dispatcher():
        await house.first_has(key, Result.NO_LINE)
    assert [one.result for one in await house.attempts()] == ["no_line"]
