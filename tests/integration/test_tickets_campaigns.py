"""Campaigns as rows: made quickly, listed, copied, counted, on both databases (CBK-3)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import SHIPPED, Result
from db.engine import engine
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contact import Contact, ContactState
from features.campaigns.contacts import ContactFilter
from features.campaigns.lifecycle import CampaignState, Mode
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from tests.integration.campaign_room import campaign, people
from tests.integration.plans import listening

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    made = engine(database_url)
    async with made.execution_options(writing=True).begin() as open_connection:
        yield open_connection
    await made.dispose()


async def _made(connection: AsyncConnection, count: int = 5) -> int:
    return await campaigns.make(connection, campaign(), people(count), made_by=None, now=NOW)


async def test_ten_thousand_people_are_kept_with_few_statements(
    connection: AsyncConnection,
) -> None:
    with listening(connection) as asked:
        key = await _made(connection, 10_000)
    assert len(asked) < 100
    found = (await campaigns.progress(connection, [key]))[key]
    assert (found.total, found.over, found.states) == (10_000, 0, {ContactState.WAITING: 10_000})


async def test_a_campaign_is_read_as_it_was_written(connection: AsyncConnection) -> None:
    who = people(2, ticket_id=None, extra={"装机": "2026-11-20"}, zone="Asia/Urumqi", language="en")
    wanted = campaign(spacing={Result.BUSY: 60.0}, questions=SHIPPED)
    key = await campaigns.make(connection, wanted, who, made_by=None, now=NOW)
    known = await campaigns.one(connection, key)
    assert known is not None
    assert (known.campaign, known.state, known.made_at) == (wanted, CampaignState.DRAFT, NOW)
    shown = await campaign_contacts.listed(connection, ContactFilter(campaign_id=key))
    assert [one.person for one in shown] == who
    assert [one.contact for one in shown] == [Contact(next_at=NOW)] * 2
    assert (await campaigns.listed(connection)).items == [known]


async def test_a_number_stands_in_a_campaign_once(connection: AsyncConnection) -> None:
    who = people(1)
    with pytest.raises(IntegrityError):
        async with connection.begin_nested():
            await campaigns.make(connection, campaign(), who * 2, made_by=None, now=NOW)


async def test_a_campaign_in_which_agents_talk_is_kept_with_its_preview(
    connection: AsyncConnection,
) -> None:
    wanted = campaign(mode=Mode.AGENT, preview_for=15)
    key = await campaigns.make(connection, wanted, people(1), made_by=None, now=NOW)
    known = await campaigns.one(connection, key)
    assert known is not None
    assert known.campaign == wanted


async def test_a_finished_campaign_goes_on_when_somebody_wants_to_be_called_again(
    connection: AsyncConnection,
) -> None:
    key = await _made(connection)
    for state in (CampaignState.RUNNING, CampaignState.FINISHED):
        await campaigns.change(connection, key, state, now=NOW)
    await campaigns.reopen(connection, key)
    known = await campaigns.one(connection, key)
    assert known is not None
    assert (known.state, known.ended_at) == (CampaignState.RUNNING, None)
    await campaigns.change(connection, key, CampaignState.STOPPED, now=NOW)
    await campaigns.reopen(connection, key)
    known = await campaigns.one(connection, key)
    assert known is not None
    assert known.state is CampaignState.STOPPED


async def test_only_some_states_follow_one_another(connection: AsyncConnection) -> None:
    key = await _made(connection)
    draft, running, paused, stopped, finished = CampaignState

    async def becomes(state: CampaignState) -> bool:
        return await campaigns.change(connection, key, state, now=NOW)

    assert not await becomes(draft)
    assert not await becomes(paused)
    assert await becomes(running)
    assert not await becomes(running)
    assert await becomes(paused)
    assert await campaigns.change(connection, key, running, now=NOW + timedelta(hours=1))
    known = await campaigns.one(connection, key)
    assert known is not None
    assert known.started_at == NOW, "it began when it was started first"
    assert await becomes(stopped)
    assert not await becomes(running)
    assert not await becomes(finished)


async def test_a_copy_has_the_same_people_or_only_those_nobody_reached(
    connection: AsyncConnection,
) -> None:
    key = await _made(connection, 4)
    rows = await campaign_contacts.listed(connection, ContactFilter(campaign_id=key))
    done = Contact(
        state=ContactState.DONE, next_at=None, tries=2, result=Result.COMPLETED, ended_at=NOW
    )
    fax = Contact(state=ContactState.FAILED, next_at=None, tries=1, result=Result.FAX, ended_at=NOW)
    await campaign_contacts.keep(connection, {rows[0].id: done, rows[2].id: fax})
    later = NOW + timedelta(days=1)
    everybody = await campaigns.copy(connection, key, name="再", made_by=None, now=later)
    some = await campaigns.copy(connection, key, name="余", made_by=None, now=later, unreached=True)
    assert everybody
    assert some
    for copied, numbers in ((everybody, rows), (some, rows[1:])):
        shown = await campaign_contacts.listed(connection, ContactFilter(campaign_id=copied))
        assert [one.person for one in shown] == [one.person for one in numbers]
        assert {one.contact.tries for one in shown} == {0}
        assert {one.contact.next_at for one in shown} == {later}
        known = await campaigns.one(connection, copied)
        assert known is not None
        assert (known.copied_from, known.state) == (key, CampaignState.DRAFT)
    assert await campaigns.copy(connection, 999, name="", made_by=None, now=later) is None


async def test_results_are_counted_listed_and_found_by_number(connection: AsyncConnection) -> None:
    key = await _made(connection, 2500)
    rows = [
        one async for one in campaign_contacts.every(connection, ContactFilter(campaign_id=key))
    ]
    assert [one.person.position for one in rows] == list(range(1, 2501))
    over = {"state": ContactState.DONE, "next_at": None, "tries": 1, "ended_at": NOW}
    done = {
        one.id: Contact(
            result=Result.COMPLETED,
            answers={"satisfaction": str(1 + place % 5)},
            **over,  # type: ignore[arg-type]
        )
        for place, one in enumerate(rows[:10])
    }
    await campaign_contacts.keep(connection, done)
    found = (await campaigns.progress(connection, [key]))[key]
    assert (found.total, found.over, found.reached) == (2500, 10, 10)
    assert await campaign_contacts.tally(connection, key) == {
        "satisfaction": dict.fromkeys("12345", 2)
    }
    which = ContactFilter(campaign_id=key, results=frozenset({Result.COMPLETED}))
    assert len(await campaign_contacts.listed(connection, which)) == 10


async def test_the_list_of_who_is_not_called(connection: AsyncConnection) -> None:
    entry = Entry("13800000001", "+8613800000001", "投诉", NOW, "7001")
    assert await do_not_call.put(connection, entry)
    again = Entry("13800000001", "+8613800000001", "again", NOW, "7002")
    assert not await do_not_call.put(connection, again)
    assert await do_not_call.listed(connection) == [entry]
    many = [f"+86{13_800_000_000 + n}" for n in range(2000)]
    assert await do_not_call.on_it(connection, many) == {"+8613800000001"}
    assert await do_not_call.take_off(connection, "+8613800000001")
    assert not await do_not_call.take_off(connection, "+8613800000001")
    assert await do_not_call.on_it(connection, many) == frozenset()
