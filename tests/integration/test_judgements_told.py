"""Who is told how calls are judged: an agent what is about them, an inspector all (QA-2, SEC-1)."""

import pytest
from sqlalchemy import insert

from features.call_judgements.tables import CallJudgementRow
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, NUMBERS, Room, audit_entries, call_id
from tests.integration.reach_house import (
    ATTENDANT,
    DEPARTMENT,
    JUNIOR,
    REVIEWED,
    TALKED,
    furnished,
    write,
)

ANOTHER = "2999"


def _judged(which: int, agent: str, *, outcome: str = "broken") -> dict[str, object]:
    return {
        "call_id": call_id(which),
        "measure": "QA-3.rate",
        "agent": agent,
        "outcome": outcome,
        "value": 240.0,
        "second": 12.5,
        "why": "",
        "rules": 1,
        "ring_started": BEGAN,
        "judged_at": BEGAN,
        "superseded_at": None,
    }


@pytest.fixture
async def house(desk: Room, built_pages: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk with judgements of two agents in one call, and of one in another call."""
    house = await furnished(desk, monkeypatch)
    rows = [
        _judged(TALKED, NUMBERS[JUNIOR]),
        _judged(TALKED, ANOTHER),
        _judged(REVIEWED, ANOTHER, outcome="kept"),
    ]
    await write(house, insert(CallJudgementRow).values(rows))
    return house


async def test_an_agent_is_told_what_is_about_them_and_an_inspector_all(house: Room) -> None:
    of_call = f"/api/v1/calls/{call_id(TALKED)}/judgements"
    for role, agents in (
        (JUNIOR, {NUMBERS[JUNIOR]}),
        (Role.INSPECTOR, {NUMBERS[JUNIOR], ANOTHER}),
    ):
        async with house.seated(role) as person:
            for address in ("/api/v1/judgements?measure=QA-3.rate", of_call):
                told = (await person.get(address)).json()["items"]
                assert {each["agent"] for each in told} == agents, (role, address)
            page = await person.get("/judgements")
            assert (ANOTHER in page.text) is (role is Role.INSPECTOR)
            call = await person.get(f"/calls/{call_id(TALKED)}")
            assert "240 字/分" in call.text
    assert "judgement.read" in {one.action for one in await audit_entries(house, call_id(TALKED))}


async def test_judgements_of_calls_that_are_not_theirs_are_told_to_nobody(house: Room) -> None:
    async with house.seated(JUNIOR) as person:
        answer = await person.get(f"/api/v1/calls/{call_id(REVIEWED)}/judgements")
        assert answer.status_code in {403, 404}
        kept = (await person.get("/api/v1/judgements?outcome=kept")).json()["items"]
        assert kept == []
    for role in (DEPARTMENT, ATTENDANT):
        async with house.seated(role) as person:
            assert (await person.get("/api/v1/judgements")).status_code == 403


async def test_a_call_that_may_be_opened_but_not_its_judgements_is_no_refusal(house: Room) -> None:
    """Who opens another's call has not asked for judgements: nothing is put on record of that."""
    async with house.seated(Role.SENIOR_AGENT) as person:
        page = await person.get(f"/calls/{call_id(REVIEWED)}")
        assert page.status_code == 200
        assert "条款判定</h2>" not in page.text
    said = {one.action for one in await audit_entries(house, call_id(REVIEWED))}
    assert "judgement.read.refused" not in said


async def test_the_page_says_what_is_wrong_with_what_was_asked(house: Room) -> None:
    async with house.seated(Role.INSPECTOR) as person:
        for asked in ("agent=%3Cscript%3E", "measure=QA-9", "outcome=x", "from=32", "cursor=zz"):
            answer = await person.get(f"/judgements?{asked}")
            assert answer.status_code == 422, asked
            assert "<script>" not in answer.text
        nothing = await person.get("/judgements?agent=1234")
        assert nothing.status_code == 200
