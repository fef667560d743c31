"""An agent sees whom a campaign calls and why, and writes what came of the talk (CBK-3, SEC-1)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from dispatch import attempts
from dispatch.attempts import Attempt
from features.accounts.tables import AccountRow
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.contact import Contact, ContactState
from features.campaigns.contacts import ContactFilter
from features.campaigns.lifecycle import CampaignState
from features.duties import queries as duties
from features.duties.free_agents import AGENT
from features.duties.queries import DutyKind, DutyState
from permissions.roles import Role
from tests.integration.campaign_desk import CAMPAIGNS, REFUSED, audit_entries, made
from tests.integration.desk_room import call_id
from tests.integration.page_room import Pages, pages

QUESTIONS = [{"name": "solved"}, {"name": "speed", "zh": "网速够用吗", "en": "Ok?", "keys": "12"}]
TALK = f"/api/v1/calls/{call_id(7)}/campaign"
ANSWERS = {"solved": "1", "speed": "2"}


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with pages(*filled) as found:
        yield found


@pytest_asyncio.fixture
async def agent(desk: Pages) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.person(Role.JUNIOR_AGENT) as client:
        yield client


async def _works(desk: Pages, role: Role, seat: str) -> None:
    async def begin(connection: AsyncConnection) -> None:
        found = await connection.execute(
            select(AccountRow.id).where(AccountRow.role == role.value).limit(1)
        )
        await duties.begin(
            connection,
            account_id=found.scalar_one(),
            seat=seat,
            kind=DutyKind.BROWSER,
            state=DutyState.READY,
            now=datetime.now(UTC),
        )

    await desk.write(begin)


async def _called(
    desk: Pages,
    campaign: int,
    *,
    seq: int = 1,
    contact: Contact | None = None,
    said: str = "talking",
) -> None:
    """Let an agent at w01 call the first person of a campaign, who has lifted the receiver."""
    now = datetime.now(UTC)
    talks = Contact(next_at=None, state=ContactState.CALLING, tries=1, result=Result.TALKED)

    async def change(connection: AsyncConnection) -> None:
        await campaigns.change(connection, campaign, CampaignState.RUNNING, now=now)
        [first, *_] = await campaign_contacts.listed(
            connection, ContactFilter(campaign_id=campaign)
        )
        await campaign_contacts.keep(connection, {first.id: contact or talks})
        rung = Attempt(
            id=call_id(6 + seq),
            purpose=campaign_contacts.PURPOSE,
            subject_id=first.id,
            seq=seq,
            who=AGENT,
            number="w01",
            channel=f"x{seq}",
            planned_at=now,
            said=said,
        )
        await attempts.begin(connection, [rung])

    await desk.write(change)


async def _campaign(desk: Pages, **more: Any) -> int:
    async with desk.person(Role.TEAM_LEADER) as leader:
        made_one = await made(leader, mode="agent", questions=QUESTIONS, preview_for=15, **more)
    assert (made_one["mode"], made_one["preview_for"]) == ("agent", 15)
    return int(made_one["id"])


async def _first(desk: Pages, campaign: int) -> dict[str, Any]:
    async with desk.person(Role.TEAM_LEADER) as leader:
        found: dict[str, Any] = (await leader.get(f"{CAMPAIGNS}/{campaign}/results")).json()[0]
    return found


async def test_the_agent_sees_whom_and_why_and_what_to_ask(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    campaign = await _campaign(desk)
    await _called(desk, campaign, contact=Contact(next_at=None, state=ContactState.ASKING))
    assert (await agent.get(TALK)).status_code == 404, "whom others call is not theirs to see"
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    seen = (await agent.get(TALK, params={"language": "en"})).json()
    assert (seen["campaign"], seen["kind"], seen["campaign_id"]) == (
        "十一月回访",
        "visit",
        campaign,
    )
    assert (seen["number"], seen["name"], seen["extra"]) == (
        "13812345678",
        "张三丰",
        {"备注": "要回电"},
    )
    assert [each["asks"] for each in seen["questions"]] == ["Problem solved?", "Ok?"]
    assert [each["means"] for each in seen["questions"][0]["keys"]] == ["1 solved", "2 not solved"]
    assert [row.subject for row in await audit_entries(desk, "campaign.talk")] == [call_id(7)]
    assert (await agent.get(TALK.replace(call_id(7), call_id(1)))).status_code == 404


async def test_what_came_of_the_talk_is_kept_during_it_and_after_it(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    campaign = await _campaign(desk)
    await _called(desk, campaign)
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    given = {"result": "broken_off", "answers": {"solved": "1"}}
    kept = await agent.put(TALK, json=given)
    assert (kept.status_code, kept.json()["state"]) == (200, "calling")
    assert (await _first(desk, campaign))["answers"] == {"solved": "1"}

    async def ends(connection: AsyncConnection) -> None:
        [first, *_] = await campaign_contacts.listed(
            connection, ContactFilter(campaign_id=campaign)
        )
        done = Contact(
            next_at=None,
            state=ContactState.DONE,
            tries=1,
            result=Result.BROKEN_OFF,
            ended_at=datetime.now(UTC),
        )
        await campaign_contacts.keep(connection, {first.id: done})

    await desk.write(ends)
    await agent.put(TALK, json={"result": "completed", "answers": ANSWERS, "version": 1})
    first = await _first(desk, campaign)
    assert (first["state"], first["result"], first["answers"]) == ("done", "completed", ANSWERS)
    assert len(await audit_entries(desk, "campaign.written")) == 2


@pytest.mark.parametrize("result", ["completed", "broken_off", "declined", "later"])
@pytest.mark.parametrize(
    ("said", "was"),
    [
        ("customer_busy", Contact(next_at=None, state=ContactState.CALLING, result=Result.BUSY)),
        ("customer_busy", Contact(next_at=None, state=ContactState.FAILED, result=Result.BUSY)),
        ("customer_noanswer", Contact(next_at=datetime.now(UTC), result=Result.NO_ANSWER)),
        ("dialling", Contact(next_at=datetime.now(UTC), result=Result.UNKNOWN)),
    ],
)
async def test_nobody_is_reached_by_what_an_agent_writes(
    desk: Pages, agent: httpx.AsyncClient, said: str, was: Contact, result: str
) -> None:
    campaign = await _campaign(desk)
    await _called(desk, campaign, contact=replace(was, tries=1), said=said)
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    answers = ANSWERS if result == "completed" else {}
    refused = await agent.put(TALK, json={"result": result, "answers": answers})
    assert (refused.status_code, "did not answer" in refused.json()["detail"]) == (409, True)
    first = await _first(desk, campaign)
    assert (first["state"], first["result"], first["answers"]) == (was.state, was.result, {})
    assert (await agent.get(REFUSED)).json() == []


async def test_of_two_who_write_of_a_talk_the_later_one_sees_what_the_first_wrote(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    await _called(desk, await _campaign(desk))
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    async with desk.person(Role.MANAGER) as manager:
        read = (await manager.get(TALK)).json()["version"]
        first = {"result": "completed", "answers": ANSWERS, "version": read}
        assert (await agent.put(TALK, json=first)).json()["version"] == 1
        other = {"result": "broken_off", "answers": {"solved": "2"}, "version": read}
        late = await manager.put(TALK, json=other)
        assert late.status_code == 409
        assert late.json()["current"]["answers"] == ANSWERS
        assert (await agent.put(TALK, json=first)).status_code == 200, "its answer was lost"
        now_so = late.json()["current"]["version"]
        assert (await manager.put(TALK, json=other | {"version": now_so})).status_code == 200
        assert len(await audit_entries(desk, "campaign.written")) == 2
        both = await asyncio.gather(
            *(
                manager.put(
                    TALK, json={"result": "broken_off", "answers": {"speed": key}, "version": 2}
                )
                for key in "12"
            )
        )
    assert sorted(each.status_code for each in both) == [200, 409]


async def test_who_wants_to_be_called_later_is_also_when_the_campaign_has_finished(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    campaign = await _campaign(desk)
    talked = Contact(next_at=None, state=ContactState.DONE, tries=1, result=Result.TALKED)
    await _called(desk, campaign, contact=talked)
    await _works(desk, Role.JUNIOR_AGENT, "w01")

    async def finished(connection: AsyncConnection) -> None:
        await campaigns.change(connection, campaign, CampaignState.FINISHED, now=datetime.now(UTC))

    await desk.write(finished)
    assert (await agent.put(TALK, json={"result": "later"})).status_code == 200
    first = await _first(desk, campaign)
    assert (first["state"], first["result"]) == ("waiting", "later")
    waits = datetime.fromisoformat(first["next_at"]) - datetime.now(UTC)
    assert 7100 < waits.total_seconds() <= 7200
    async with desk.person(Role.TEAM_LEADER) as leader:
        assert (await leader.get(f"{CAMPAIGNS}/{campaign}")).json()["state"] == "running"


async def test_who_does_not_want_such_calls_is_on_the_list(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    await _called(desk, await _campaign(desk))
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    assert (await agent.put(TALK, json={"result": "declined"})).status_code == 200
    [entry] = (await agent.get(REFUSED)).json()
    assert entry["number"] == "13812345678"
    assert entry["by"].isdecimal(), "the agent's number"


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"result": "completed", "answers": {"solved": "1"}}, "broken_off"),
        ({"result": "broken_off", "answers": {"solved": "9"}}, "none of its question's keys"),
        ({"result": "broken_off", "answers": {"other": "1"}}, "none of its question's keys"),
        ({"result": "busy"}, "result"),
    ],
)
async def test_an_answer_that_cannot_be_is_refused(
    desk: Pages, agent: httpx.AsyncClient, given: dict[str, Any], says: str
) -> None:
    await _called(desk, await _campaign(desk))
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    answer = await agent.put(TALK, json=given)
    assert answer.status_code == 422
    assert says in str(answer.json())


async def test_nobody_writes_about_another_agents_call_or_of_nobody(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    campaign = await _campaign(desk)
    await _called(desk, campaign)
    given = {"result": "completed", "answers": ANSWERS}
    assert (await agent.put(TALK, json=given)).status_code == 404, "another agent's"
    assert [row.subject for row in await audit_entries(desk, "campaign.talk.refused")] == [
        call_id(7)
    ]
    await _works(desk, Role.JUNIOR_AGENT, "w01")
    asked_again = Contact(next_at=None, state=ContactState.ASKING, tries=1)
    await _called(desk, campaign, seq=2, contact=asked_again)
    assert (await agent.put(TALK, json=given)).status_code == 409
    other = TALK.replace(call_id(7), call_id(8))
    assert (await agent.put(other, json=given)).status_code == 409, "not dialled yet"
    assert (await _first(desk, campaign))["answers"] == {}


async def test_the_page_says_how_many_agents_are_free(
    desk: Pages, agent: httpx.AsyncClient
) -> None:
    assert agent
    campaign = await _campaign(desk)
    async with desk.person(Role.TEAM_LEADER) as leader:
        assert "没有话务员在岗" in (await leader.get(f"/campaigns/{campaign}")).text
        await _works(desk, Role.JUNIOR_AGENT, "w01")
        assert "在岗 1 名话务员，现在有 1 名" in (await leader.get(f"/campaigns/{campaign}")).text
        assert "先看 15 秒" in (await leader.get(f"/campaigns/{campaign}")).text
