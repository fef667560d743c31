"""Campaigns are called to their end, fairly, in their hours, each person at most once an attempt.

CBK-3, on both databases, whatever dies in between.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time as time_of_day
from datetime import timedelta
from pathlib import Path

import pytest

from callflow.rules.questions import Result
from callflow.rules.wall_clock import is_zone
from dispatch.guard import Guard
from features.campaigns.contact import HELD_BACK_FOR, Contact, ContactState
from features.campaigns.lifecycle import CampaignState
from features.do_not_call import queries as do_not_call
from tests.fakes.ringing import RingingSwitch
from tests.integration.campaign_room import House, campaign, people, zone_of_noon
from tests.integration.dispatch_room import opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(House, database_url, tmp_path, RingingSwitch) as found:
        yield found


async def test_a_campaign_is_called_to_its_end_and_closes_by_itself(house: House) -> None:
    key = await house.makes(campaign(), people(20))
    house.switch.on_ring = house.completes
    async with house.dispatcher(lines=5):
        await house.is_now(key, CampaignState.FINISHED)
    contacts = await house.contacts(key)
    assert {contact.state for contact in contacts} == {ContactState.DONE}
    assert {contact.result for contact in contacts} == {Result.COMPLETED}
    assert [dict(contact.answers) for contact in contacts] == [
        {"satisfaction": "5", "solved": "1"}
    ] * 20
    assert len(house.switch.rung) == 20
    assert (await house.known(key)).ended_at
    assert house.switch.told[0]["CAMPAIGN"] == str(key)


async def test_a_draft_calls_nobody(house: House) -> None:
    draft = await house.makes(campaign(), people(3), run=False)
    runs = await house.makes(campaign(), people(1, first=13_900_000_000))
    async with house.dispatcher():
        await house.rings(1)
        await house.passes(0.6)
    assert house.rung_by_campaign() == {runs: 1}
    assert draft != runs


async def test_a_pause_takes_effect_within_a_second_and_start_goes_on(house: House) -> None:
    key = await house.makes(campaign(lines=300), people(300))
    house.switch.on_ring = lambda attempt: house.switch.ends(attempt, 17)
    async with house.dispatcher(lines=10):
        await house.rings(20)
        assert await house.gets(key, CampaignState.PAUSED)
        await house.passes(1.0)
        rung = len(house.switch.rung)
        await house.passes(1.0)
        assert len(house.switch.rung) == rung < 300, "rung after the pause"
        assert await house.gets(key, CampaignState.RUNNING)
        await house.rings(rung + 20)


async def test_a_stop_ends_what_rings_and_leaves_who_talks(house: House) -> None:
    key = await house.makes(campaign(), people(4))
    async with house.dispatcher() as dispatcher:
        await house.rings(4)
        talks = house.switch.rung[0][1]
        house.switch.answers(talks)
        await house.passes(0.3)
        assert await house.gets(key, CampaignState.STOPPED)
        stopped_at = house.clock()
        await house.until(lambda: dispatcher.in_flight == 1, within=3)
        assert house.clock() - stopped_at <= 1.0
        assert house.switch.alive == {talks.channel}, "somebody who talks was hung up"
        house.completes(talks)
        await house.first_is(key, ContactState.DONE)
        await house.passes(0.6)
    assert len(house.switch.rung) == 4
    assert not await house.gets(key, CampaignState.RUNNING), "a stopped campaign runs no more"


async def test_who_comes_on_the_do_not_call_list_is_not_rung_on(house: House) -> None:
    key = await house.makes(campaign(), people(2))
    async with house.dispatcher() as dispatcher:
        await house.rings(2)
        attempt = house.switch.rung[0][1]
        await house.refuses(attempt.number)
        await house.until(lambda: dispatcher.in_flight == 1, within=3)
        assert attempt.channel not in house.switch.alive, "the phone rings on"
        await house.passes(1.0)
    assert len(house.switch.rung) == 2, "rung again"
    states = [one.state for one in await house.contacts(key)]
    assert states.count(ContactState.SKIPPED) == 1


async def test_lines_are_shared_fairly_between_campaigns(house: House) -> None:
    big = await house.makes(campaign(), people(400))
    small = await house.makes(campaign(), people(40, first=13_900_000_000))
    async with house.dispatcher(lines=20):
        await house.rings(20)
        assert house.rung_by_campaign() == {big: 10, small: 10}
        for _, attempt in house.switch.rung[:20]:
            house.switch.ends(attempt, 19)
        await house.rings(40)
    assert house.rung_by_campaign() == {big: 20, small: 20}


async def test_no_campaign_takes_more_lines_than_are_its_own(house: House) -> None:
    key = await house.makes(campaign(lines=3), people(20))
    async with house.dispatcher(lines=20):
        await house.rings(3)
        await house.passes(0.6)
        assert len(house.switch.rung) == 3
        house.switch.ends(house.switch.rung[0][1], 19)
        await house.rings(4)
        await house.passes(0.3)
    assert house.rung_by_campaign() == {key: 4}


async def test_people_are_rung_evenly(house: House) -> None:
    await house.makes(campaign(calls_per_second=10.0), people(40))
    async with house.dispatcher():
        await house.rings(31)
    moments = [at for at, _ in house.switch.rung[:31]]
    assert 2.4 <= moments[-1] - moments[0] <= 4.5
    for begin in range(21):
        assert moments[begin + 10] - moments[begin] >= 0.6, "a burst"


async def test_who_is_on_the_list_is_not_rung(house: House) -> None:
    who = people(3)
    await house.refuses(who[1].number)
    key = await house.makes(campaign(), who)
    house.switch.on_ring = house.completes
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    assert [contact.result for contact in await house.contacts(key)] == [
        Result.COMPLETED,
        Result.DO_NOT_CALL,
        Result.COMPLETED,
    ]
    assert who[1].number not in {attempt.number for _, attempt in house.switch.rung}


async def test_whom_the_guard_holds_back_is_called_later_and_no_try_is_lost(house: House) -> None:
    key = await house.makes(campaign(), people(5))
    house.switch.on_ring = house.completes

    async def waiting() -> list[Contact]:
        return [
            contact
            for contact in await house.contacts(key)
            if contact.state is ContactState.WAITING
        ]

    async def held_back() -> bool:
        much_later = house.now() + timedelta(seconds=HELD_BACK_FOR / 2)
        later = [
            contact
            for contact in await waiting()
            if contact.next_at and contact.next_at > much_later
        ]
        return len(later) == 3

    async with house.dispatcher(rules=replace(Guard().rules, per_minute=2)):
        await house.rings(2)
        await house.until(held_back, within=5, what="three are held back")
        await house.passes(0.5)
    assert len(house.switch.rung) == 2
    assert [(contact.tries, contact.result) for contact in await waiting()] == [
        (0, Result.NONE)
    ] * 3


async def test_who_asks_not_to_be_called_is_on_the_list_from_then_on(house: House) -> None:
    first = await house.makes(campaign(), people(1))
    async with house.dispatcher():
        attempt = await house.rings(1)
        house.switch.answers(attempt)
        house.switch.says(attempt, "keyed", question="call_again", key="2")
        house.switch.says(attempt, "reached", result="declined")
        house.switch.ends(attempt, 16)
        await house.is_now(first, CampaignState.FINISHED)
        second = await house.makes(campaign(), people(1))
        await house.is_now(second, CampaignState.FINISHED)
    assert len(house.switch.rung) == 1
    async with house.engine.connect() as connection:
        [entry] = await do_not_call.listed(connection)
    assert (entry.number, entry.by) == (attempt.number, do_not_call.BY_TELEPHONE)


async def test_nobody_is_called_in_the_night_of_their_own_zone(house: House) -> None:
    noon = zone_of_noon()
    east = 12 - house.now().hour
    night = next(
        zone
        for hours in (east - 12, east + 12)
        if is_zone(zone := f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT")
    )
    asleep = people(300, first=13_900_000_000, zone=night)
    awake = [
        one
        for one in people(303)
        if one.position > 300  # behind all who sleep
    ]
    key = await house.makes(
        campaign(zone=noon, opens=time_of_day(9, 0), closes=time_of_day(20, 0)), [*asleep, *awake]
    )
    house.switch.on_ring = house.completes
    async with house.dispatcher(lines=10):
        await house.rings(3)
        await house.passes(0.6)
    assert {attempt.number for _, attempt in house.switch.rung} == {one.number for one in awake}
    contacts = await house.contacts(key)
    now = house.now()
    assert {contact.tries for contact in contacts[:300]} == {0}
    assert all(
        contact.next_at and contact.next_at > now + timedelta(hours=1) for contact in contacts[:300]
    )


async def test_who_is_called_again_does_not_wait_for_all_who_never_were(house: House) -> None:
    some = campaign(spacing={Result.BUSY: 0.5}, max_attempts=2, calls_per_second=5.0)
    await house.makes(some, people(300))
    house.switch.on_ring = lambda attempt: house.switch.ends(attempt, 17)
    async with house.dispatcher():
        await house.rings(20)
    calls = [attempt.subject_id for _, attempt in house.switch.rung]
    assert calls.index(calls[0], 1) < 20, "the first one's second call"


async def test_who_was_busy_is_called_again_after_the_time_for_that(house: House) -> None:
    key = await house.makes(campaign(spacing={Result.BUSY: 1.0}, max_attempts=2), people(1))
    async with house.dispatcher():
        house.switch.ends(await house.rings(1), 17)
        house.switch.ends(await house.rings(2), 17)
        await house.is_now(key, CampaignState.FINISHED)
    first, second = [at for at, _ in house.switch.rung]
    assert 0.9 <= second - first <= 2.5
    [contact] = await house.contacts(key)
    assert (contact.state, contact.result, contact.tries) == (ContactState.FAILED, Result.BUSY, 2)
