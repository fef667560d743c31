"""What a team leader reaches where the right goes to the own team (SEC-1), on both databases.

The leader and a junior are in one team, a senior in another; one talked in call 1, the other in 2,
3 and 5; nobody of ours did in call 4.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from db.engine import engine
from features.accounts.tables import AccountRow
from features.audit import log as audit
from features.audit.access import audit_entry
from features.calls import queries, scoping
from features.calls.tables import Call
from floor.people import Agent, Talk
from permissions.declared import declared
from permissions.may import may, reach_of
from permissions.roles import Role
from permissions.scopes import EVERYTHING, Scope
from tests.integration.desk_room import (
    NUMBERS,
    Room,
    audit_entries,
    call_id,
    recording_id,
    ticket_number,
)
from tests.integration.reach_house import (
    ALL,
    SEARCHES,
    Person,
    addresses,
    answer,
    person,
    told_of,
    write,
)
from tests.integration.talks import talked
from tests.numbers import CHINA
from web.current_user import Principal

LEADER, OURS, THEIRS = Role.TEAM_LEADER, Role.JUNIOR_AGENT, Role.SENIOR_AGENT
OWN, OTHER = "甲班", "乙班"
SEEN = frozenset({1, 4})
"""The calls of the own team, and the one that is nobody's."""
SETTING = "leaders_see_every_team"


@pytest.fixture
async def house(desk: Room, built_pages: None) -> Room:
    """A desk with two teams, somebody of each at work."""
    await talked(desk, OURS, 1)
    await talked(desk, THEIRS, 3, 5)
    await write(
        desk,
        _team(LEADER, OWN),
        _team(OURS, OWN),
        _team(THEIRS, OTHER),
        update(Call).where(Call.id == call_id(2)).values(agent=NUMBERS[THEIRS]),
        *(
            update(Call).where(Call.id == call_id(which)).values(ref=f"REF-{which}-")
            for which in ALL
        ),
    )
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        rows = (await connection.execute(AccountRow.__table__.select())).all()
    await made.dispose()
    ids = {row.role: row.id for row in rows}
    desk.app.state.floor.live_state.agents = {
        seat: _agent(ids[role.value], role, seat, team)
        for seat, role, team in (("w01", OURS, OWN), ("w02", THEIRS, OTHER))
    }
    return desk


def _team(role: Role, name: str) -> object:
    return update(AccountRow).where(AccountRow.role == role.value).values(team=name)


def _agent(account_id: int, role: Role, seat: str, team: str) -> Agent:
    return Agent(
        duty_id=1,
        account_id=account_id,
        number=NUMBERS[role],
        name=f"坐席{seat}",
        role=role,
        seat=seat,
        kind="browser",
        state="ready",
        reason="",
        since=datetime.now(UTC),
        queues=("hotline",),
        team=team,
    )


def _leader() -> Person:
    both = frozenset({NUMBERS[LEADER], NUMBERS[OURS]})
    return replace(person(LEADER), team=OWN, colleagues=both)


async def test_no_route_search_export_or_stream_tells_of_another_teams_calls(house: Room) -> None:
    asked = {address for which in ALL for address in addresses(which)} | set(SEARCHES)
    asked |= {f"/api/v1/recordings/{recording_id(which)}/audio?why=x" for which in ALL}
    told: set[int] = set()
    for address in sorted(asked):
        if "audit" in address:
            continue  # below: it has what the leader has just asked for
        text = (await answer(house, address, LEADER, accept="text/html")).text
        assert told_of(text) <= SEEN | told_of(address), address
        told |= told_of(text)
    assert told >= SEEN, "what is the team's is told"


ONE = {
    "call.read": (
        "/api/v1/calls/{call}",
        "/api/v1/calls/{call}/events",
        "/calls/{call}",
    ),
    "recording.read": ("/api/v1/recordings/{recording}",),
    "recording.listen": (
        "/api/v1/recordings/{recording}/audio?why=x",
        "/api/v1/recordings/{recording}/peaks",
    ),
}


@pytest.mark.parametrize("verb", ONE)
async def test_a_leader_opens_calls_and_hears_recordings_of_the_own_team(
    house: Room, verb: str
) -> None:
    for which in ALL:
        for path in ONE[verb]:
            address = path.format(call=call_id(which), recording=recording_id(which))
            wanted = 200 if which in SEEN else 404
            assert (await answer(house, address, LEADER)).status == wanted, address
            assert (await answer(house, address, Role.MANAGER)).status == 200, address


async def test_lists_hold_the_own_teams_and_nothing_else(house: Room) -> None:
    async with house.seated(LEADER) as leader:
        calls = (await leader.get("/api/v1/calls")).json()["items"]
        recordings = (await leader.get("/api/v1/recordings")).json()["items"]
    assert {one["id"] for one in calls} == {call_id(which) for which in SEEN}
    assert {one["id"] for one in recordings} == {recording_id(which) for which in SEEN}


async def test_the_query_and_the_pure_answer_agree(house: Room) -> None:
    made, leader = engine(house.settings.database), _leader()
    async with made.connect() as connection:
        stories = [
            await queries.call(connection, call_id(one), reach=EVERYTHING, ticket_reach=EVERYTHING)
            for one in ALL
        ]
        for verb in ("call.read", "call.number", "recording.read", "recording.listen"):
            listed = await queries.calls(connection, reach=reach_of(leader, verb))
            assert {each.id for each in listed.items} == {
                story.call.id
                for story in stories
                if story and may(leader, verb, scoping.whose(story.call, CHINA, story.tickets))
            }, verb
    await made.dispose()
    assert {each.id for each in listed.items} == {call_id(which) for which in SEEN}


async def test_a_leader_changes_nothing_by_another_teams_call(house: Room) -> None:
    async with house.seated(LEADER) as leader:
        for which in ALL:
            wanted = which in SEEN
            path = f"/api/v1/calls/{call_id(which)}/ticket"
            assert (await leader.post(path)).status_code == (200 if wanted else 404)
            promised = await leader.post("/api/v1/callbacks", json={"call_id": call_id(which)})
            assert promised.status_code == (201 if wanted else 404)


async def test_a_leader_sees_and_leads_the_agents_of_the_own_team(house: Room) -> None:
    for address in ("/api/v1/floor", "/live"):
        text = (await answer(house, address, LEADER)).text
        assert ("坐席w01" in text, "坐席w02" in text) == (True, False), address
        everybody = (await answer(house, address, Role.MANAGER)).text
        assert ("坐席w01" in everybody, "坐席w02" in everybody) == (True, True), address
    number = NUMBERS[THEIRS]
    async with house.seated(LEADER) as leader:
        for act, body in (("sign_out", {}), ("move", {"queue": "senior"})):
            refused = await leader.post(f"/api/v1/agents/{number}/{act}", json=body)
            nobody = await leader.post(f"/api/v1/agents/9999/{act}", json=body)
            assert (refused.status_code, refused.json()) == (404, nobody.json())
    done = [one.action for one in await audit_entries(house, number)]
    assert done == ["agent.lead.refused"] * 2
    assert house.app.state.floor.live_state.by_number(number) is not None


async def test_a_leader_takes_part_in_calls_of_the_own_team_only(house: Room) -> None:
    talks = house.app.state.floor.live_state.talks
    for seat, which in (("w01", 1), ("w02", 3)):
        talks[seat] = Talk(call_id(which), f"trk-{which}.0", "", "", datetime.now(UTC))
    async with house.seated(LEADER) as leader:
        done = [
            await leader.post(f"/api/v1/calls/{call_id(which)}/hold", json={"on": True})
            for which in (1, 3, 4)
        ]
    assert [each.status_code for each in done] == [200, 409, 409]
    assert done[1].json() == done[2].json(), "like a call in which nobody talks"
    assert [one.action for one in await audit_entries(house, call_id(3))] == ["call.handle.refused"]


async def test_a_leader_reads_what_the_own_team_did_and_looked_at(house: Room) -> None:
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        rows = (await connection.execute(AccountRow.__table__.select())).all()
        for row in rows:
            if row.role in {OURS.value, THEIRS.value}:
                who = Principal(role=Role(row.role), address="::1", name="", account_id=row.id)
                await audit.note(connection, audit_entry(who, "call.read", f"by {row.number}"))
    await made.dispose()
    for address in ("/api/v1/audit", "/audit", f"/api/v1/audit?number={NUMBERS[THEIRS]}"):
        text = (await answer(house, address, LEADER, accept="text/html")).text
        assert f"by {NUMBERS[THEIRS]}" not in text, address
    assert f"by {NUMBERS[OURS]}" in (await answer(house, "/api/v1/audit", LEADER)).text
    assert f"by {NUMBERS[THEIRS]}" in (await answer(house, "/api/v1/audit", Role.MANAGER)).text


async def test_who_belongs_to_no_team_or_where_a_setting_says_so_has_everybodys(
    house: Room,
) -> None:
    far = f"/api/v1/calls/{call_id(3)}"
    assert (await answer(house, far, LEADER)).status == 404
    wide = house.settings.model_copy(update={SETTING: True})
    house.app.state.settings = wide
    assert (await answer(house, far, LEADER)).status == 200
    assert "坐席w02" in (await answer(house, "/live", LEADER)).text
    house.app.state.settings = house.settings
    assert (await answer(house, far, LEADER)).status == 404
    await write(house, _team(LEADER, ""))
    assert (await answer(house, far, LEADER)).status == 200
    assert "坐席w02" in (await answer(house, "/api/v1/floor", LEADER)).text


async def test_who_is_moved_to_a_team_is_its_leaders_at_once(house: Room) -> None:
    number = NUMBERS[THEIRS]
    async with house.seated(Role.ADMINISTRATOR) as administrator:
        [before] = [
            one
            for one in (await administrator.get("/api/v1/accounts")).json()["items"]
            if one["number"] == number
        ]
        assert before["team"] == OTHER
        said = {"team": OWN, "version": before["version"]}
        moved = await administrator.patch(f"/api/v1/accounts/{number}", json=said)
        assert (moved.status_code, moved.json()["team"]) == (200, OWN)
        assert OWN in (await administrator.get("/accounts")).text
    assert (await answer(house, f"/api/v1/calls/{call_id(3)}", LEADER)).status == 200
    assert "坐席w02" in (await answer(house, "/api/v1/floor", LEADER)).text


async def test_tickets_are_everybodys_who_writes_them(house: Room) -> None:
    for which in ALL:
        found = await answer(house, f"/api/v1/tickets/{ticket_number(which)}", LEADER)
        assert found.status == 200


def test_the_verbs_that_go_to_a_team_are_those_of_the_floor_calls_and_looks() -> None:
    of_team = {
        verb
        for verb, grants in declared().verbs.items()
        if (grant := grants.get(LEADER)) and grant.scope is Scope.TEAM
    }
    assert of_team == {
        *("call.read", "call.number", "call.handle", "recording.read", "recording.listen"),
        *("recording.download", "recording_comment.read", "recording_comment.write"),
        *("recording.pause", "recording_pause.read"),
        *("floor.read", "agent.lead", "ticket.open", "campaign.talk", "audit.read"),
        *("judgement.read", "agent_day.read", "quality_appeal.read", "quality_note.read"),
        *("quality_note.write", "quality_sample.read", "quality_sample.work"),
        *("quality_score.compare", "quality_score.read", "quality_score.write"),
    }
    for verb in of_team:
        assert declared().verbs[verb][LEADER].unless == SETTING
        grants = declared().verbs[verb].items()
        assert {role for role, grant in grants if grant.scope is Scope.TEAM} == {LEADER}
