"""Where agents talk, one is rung first, and nobody is called for whom none is free (CBK-3).

On both databases, whatever dies in between. Nobody who answers is without an agent: the person is
dialled by the dialplan behind the agent's word (`tests/end_to_end/outbound`), never by us.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from callflow.rules.questions import Result
from dispatch.attempts import Attempt
from dispatch.guard import Guard
from dispatch.tables import AttemptRow
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind
from features.callbacks.tables import CallbackRow
from features.calls.tables import Call
from features.campaigns.contact import ContactState
from features.campaigns.lifecycle import CampaignState, Mode
from features.campaigns.queries import Campaign
from features.duties import free_agents
from features.duties.queries import DutyState
from permissions.roles import Role
from tests.fakes.ringing import RingingSwitch
from tests.integration.callback_room import a_call
from tests.integration.campaign_room import House, campaign, people
from tests.integration.dispatch_room import opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(House, database_url, tmp_path, RingingSwitch) as found:
        yield found


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let agents be asked again as soon as a test wants it."""
    monkeypatch.setattr(free_agents, "LEFT_ALONE", timedelta(seconds=1.5))
    monkeypatch.setattr(free_agents, "SETTLES", timedelta(seconds=0.2))


def _by_agents(**other: Any) -> Campaign:
    return campaign(mode=Mode.AGENT, **other)


def _talks(house: House, attempt: Attempt) -> None:
    house.switch.answers(attempt)
    house.switch.says(attempt, "dialling")
    house.switch.says(attempt, "talking")


async def test_an_agent_is_rung_and_told_whom_the_dialplan_dials_then(house: House) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(), people(1, language="en"))
    async with house.dispatcher():
        attempt = await house.rings(1)
        assert (attempt.who, attempt.number, attempt.reached) == ("agent", "w01", "+8613800000001")
        assert house.switch.told == [
            {
                "CALLBACK_NUMBER": "13800000001",
                "CALLBACK_DIALS": "13800000001",
                "CALLBACK_WHY": "campaign",
                "CALLBACK_BY": "1001",
                "CALLBACK_LANGUAGE": "en",
            }
        ]
        assert not house.switch.shown, "shown ahead, though the campaign wants none"
        await house.first_is(key, ContactState.ASKING)
        house.switch.answers(attempt)
        house.switch.says(attempt, "dialling")
        await house.first_is(key, ContactState.CALLING)
        house.switch.says(attempt, "talking")
        house.switch.ends(attempt, 16)
        await house.is_now(key, CampaignState.FINISHED)
    [contact] = await house.contacts(key)
    assert (contact.state, contact.result, contact.tries) == (ContactState.DONE, Result.TALKED, 1)


async def test_with_nobody_at_work_nobody_is_called(house: House) -> None:
    await house.works("2001", "w02", role=Role.TEAM_LEADER)
    await house.works("1002", "w03", state=DutyState.PAUSED)
    key = await house.makes(_by_agents(), people(3))
    spoken = await house.makes(campaign(), people(1, first=13_900_000_000))
    async with house.dispatcher():
        await house.rings(1)
        await house.passes(1.5)
        assert house.rung_by_campaign() == {spoken: 1}
        await house.works("1001", "w01")
        assert (await house.rings(2)).number == "w01"
        await house.passes(1.3)
    assert house.rung_by_campaign() == {spoken: 1, key: 1}, "an agent has one call at a time"


async def test_who_does_not_take_it_is_followed_by_another_and_the_tries_do_not_grow(
    house: House,
) -> None:
    await house.works("1001", "w01")
    await house.works("1002", "w02")
    key = await house.makes(_by_agents(max_attempts=1), people(1))
    async with house.dispatcher():
        first = await house.rings(1)
        house.switch.ends(first, 19)
        second = await house.rings(2)
        assert {first.number, second.number} == {"w01", "w02"}
        house.switch.answers(second)
        house.switch.ends(second, 16)  # hung up while the word was said
        third = await house.rings(3)
        assert third.number == first.number, "who let it ring is asked again later"
        [contact] = await house.contacts(key)
        assert (contact.state, contact.tries) == (ContactState.ASKING, 0)
    assert [one.seq for one in await house.attempts()] == [1, 2, 3]


async def test_an_agent_who_let_it_ring_is_left_alone_by_other_people_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_agents, "LEFT_ALONE", timedelta(minutes=1))
    await house.works("1001", "w01")
    await house.makes(_by_agents(), people(5))
    async with house.dispatcher():
        house.switch.ends(await house.rings(1), 19)
        await house.passes(2.0)
    assert len(house.switch.rung) == 1


async def test_after_a_talk_the_desk_has_time_to_say_that_the_agent_writes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_agents, "SETTLES", timedelta(seconds=2))
    await house.works("1001", "w01")
    await house.makes(_by_agents(), people(2))
    async with house.dispatcher():
        first = await house.rings(1)
        _talks(house, first)
        house.switch.ends(first, 16)
        await house.rings(2)
    gap = house.switch.rung[1][0] - house.switch.rung[0][0]
    assert gap >= 1.9, await house.attempts()


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("customer_busy", Result.BUSY),
        ("customer_noanswer", Result.NO_ANSWER),
        ("customer_cancel", Result.NO_ANSWER),
        ("customer_chanunavail", Result.OFF),
    ],
)
async def test_a_person_who_is_not_reached_is_called_again_as_often_as_it_takes(
    house: House, said: str, result: Result
) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(max_attempts=2), people(1))
    async with house.dispatcher():
        for count in (1, 2):
            attempt = await house.rings(count)
            house.switch.answers(attempt)
            house.switch.says(attempt, "dialling")
            house.switch.says(attempt, said)
            house.switch.ends(attempt, 16)
        await house.is_now(key, CampaignState.FINISHED)
    [contact] = await house.contacts(key)
    assert (contact.state, contact.result, contact.tries) == (ContactState.FAILED, result, 2)


async def test_callers_who_wait_and_promised_calls_go_first(house: House) -> None:
    now = house.now()
    async with house.writing() as connection:
        await connection.execute(insert(Call).values(**a_call(state="queued", ring_started=now)))
        callback = await callbacks.make(
            connection,
            number="13700137000",
            identity="+8613700137000",
            kind=CallbackKind.CANNOT_HEAR,
            due_at=now,
            now=now,
        )
    await house.works("1001", "w01")
    await house.makes(_by_agents(), people(1))
    async with house.dispatcher():
        await house.passes(1.5)
        assert not house.switch.rung, "rung while a caller waits"
        async with house.writing() as connection:
            await connection.execute(update(Call).values(state="ended", ended=now))
        await house.passes(1.5)
        assert not house.switch.rung, "rung while a callback is due"
        async with house.writing() as connection:
            assert callback is not None
            await connection.execute(
                update(CallbackRow).where(CallbackRow.id == callback).values(next_at=None)
            )
        await house.rings(1)


async def test_two_campaigns_share_one_agent(house: House) -> None:
    await house.works("1001", "w01")
    first = await house.makes(_by_agents(), people(5))
    second = await house.makes(_by_agents(), people(5, first=13_900_000_000))
    async with house.dispatcher():
        for count in range(1, 5):
            attempt = await house.rings(count)
            _talks(house, attempt)
            house.switch.ends(attempt, 16)
    assert house.rung_by_campaign() == {first: 2, second: 2}


async def test_agents_get_their_share_of_the_lines(house: House) -> None:
    for number, seat in (("1001", "w01"), ("1002", "w02"), ("1003", "w03")):
        await house.works(number, seat)
    spoken = await house.makes(campaign(), people(50))
    talked = await house.makes(_by_agents(), people(50, first=13_900_000_000))
    async with house.dispatcher(lines=4):
        await house.rings(4)
        await house.passes(0.5)
    assert house.rung_by_campaign() == {spoken: 2, talked: 2}


async def test_the_agent_sees_whom_to_call_before_the_phone_rings(house: House) -> None:
    await house.works("1001", "w01")
    await house.makes(_by_agents(preview_for=2), people(1))
    async with house.dispatcher():
        await house.rings(1)
    [(shown, attempt)], [(rung, same)] = house.switch.shown, house.switch.rung
    assert attempt.id == same.id
    assert 1.9 <= rung - shown <= 3.0


async def test_a_stop_in_the_preview_rings_nobody(house: House) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(preview_for=3), people(1))
    async with house.dispatcher() as dispatcher:
        await house.until(lambda: house.switch.shown, within=5, what="it is shown")
        assert await house.gets(key, CampaignState.STOPPED)
        await house.until(lambda: dispatcher.in_flight == 0, within=2)
        await house.passes(3.0)
    assert not house.switch.rung
    assert [contact.tries for contact in await house.contacts(key)] == [0]


async def test_an_agent_who_rests_while_reading_is_not_rung_and_another_is(house: House) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(preview_for=2, max_attempts=1), people(1))
    async with house.dispatcher():
        await house.until(lambda: house.switch.shown, within=5, what="it is shown")
        await house.rests("1001")
        await house.works("1002", "w02")
        attempt = await house.rings(1)
        assert attempt.number == "w02"
        assert [contact.tries for contact in await house.contacts(key)] == [0]


async def test_a_dispatcher_that_dies_in_the_preview_leaves_nobody_rung_or_forgotten(
    house: House,
) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(preview_for=2, max_attempts=1), people(1))
    async with house.dispatcher():
        await house.until(lambda: house.switch.shown, within=5, what="it is shown")
    async with house.dispatcher():
        attempt = await house.rings(1, within=20)
        _talks(house, attempt)
        house.switch.ends(attempt, 16)
        await house.is_now(key, CampaignState.FINISHED)
    assert [one.result for one in await house.attempts()] == ["never_rung", "answered"]
    assert [contact.tries for contact in await house.contacts(key)] == [1]


@pytest.mark.parametrize("far", ["lifted", "dialling", "talking"])
async def test_a_switch_that_dies_has_nobody_dialled_twice_for_one_attempt(
    house: House, far: str
) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(max_attempts=1), people(1))
    async with house.dispatcher():
        attempt = await house.rings(1)
        house.switch.answers(attempt)
        for said in ("dialling", "talking")[: ("lifted", "dialling", "talking").index(far)]:
            house.switch.says(attempt, said)
        house.switch.dies("trk2")
        await house.is_now(key, CampaignState.FINISHED)
        await house.passes(0.5)
    [contact] = await house.contacts(key)
    expected = Result.TALKED if far == "talking" else Result.UNKNOWN
    assert (contact.result, contact.tries, len(house.switch.rung)) == (expected, 1, 1)


async def test_a_dispatcher_that_dies_while_the_person_is_dialled_hears_of_it_afterwards(
    house: House,
) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(max_attempts=1), people(1))
    async with house.dispatcher():
        attempt = await house.rings(1)
        house.switch.answers(attempt)
        house.switch.says(attempt, "dialling")
        await house.first_is(key, ContactState.CALLING)
    house.switch.says(attempt, "talking")
    house.switch.ends(attempt, 16)
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    assert [contact.result for contact in await house.contacts(key)] == [Result.TALKED]
    assert len(house.switch.rung) == 1


async def test_a_number_that_must_not_be_dialled_rings_no_agent(house: House) -> None:
    await house.works("1001", "w01")
    [someone] = people(1)
    key = await house.makes(_by_agents(max_attempts=1), [replace(someone, number="110")])
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    [contact] = await house.contacts(key)
    assert (contact.result, contact.tries) == (Result.NOT_ALLOWED, 1)
    assert not house.switch.rung


async def test_an_agent_who_lets_it_ring_is_not_counted_against_the_number(house: House) -> None:
    for number, seat in (("1001", "w01"), ("1002", "w02")):
        await house.works(number, seat)
    key = await house.makes(_by_agents(max_attempts=1), people(1))
    once_an_hour = replace(Guard().rules, per_hour=1)
    async with house.dispatcher(rules=once_an_hour):
        house.switch.ends(await house.rings(1), 19)
        _talks(house, attempt := await house.rings(2))
        house.switch.ends(attempt, 16)
        await house.is_now(key, CampaignState.FINISHED)
    assert [contact.result for contact in await house.contacts(key)] == [Result.TALKED]


async def test_a_forgotten_attempt_counts_as_made(house: House) -> None:
    await house.works("1001", "w01")
    key = await house.makes(_by_agents(max_attempts=1), people(1))
    async with house.dispatcher():
        await house.rings(1)
    async with house.writing() as connection:
        await connection.execute(update(AttemptRow).values(ended_at=house.now()))
    async with house.dispatcher():
        await house.is_now(key, CampaignState.FINISHED)
    assert [contact.result for contact in await house.contacts(key)] == [Result.UNKNOWN]
