"""Who sees which things, by role, verb and thing, on both databases (SEC-1, SEC-2).

A department, a junior agent and a floor attendant read nothing that is not theirs, by whatever way.
"""

import re

import pytest
from sqlalchemy import update

from db.engine import engine
from features.accounts.tables import AccountRow
from features.call_recordings import queries as recording_queries
from features.calls import queries, scoping
from features.tickets import queries as ticket_queries
from features.tickets import scoping as ticket_scoping
from features.tickets.lifecycle import TicketState
from features.tickets.tables import TicketRow
from permissions.declared import declared
from permissions.may import may, reach_of
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.desk_room import (
    CSRF,
    NUMBERS,
    Room,
    audit_entries,
    call_id,
    recording_id,
    ticket_number,
)
from tests.integration.reach_house import (
    ALL,
    ATTENDANT,
    CALLS_SEEN,
    DEPARTMENT,
    JUNIOR,
    OTHERS,
    OWN,
    REVIEWED,
    SEARCHES,
    SERVED_IS,
    SERVING,
    SETTLED,
    TALKED,
    THEIRS,
    TICKETS_SEEN,
    addresses,
    answer,
    furnished,
    named,
    person,
    ticket,
    told_of,
    write,
)
from tests.numbers import CHINA


@pytest.fixture
async def house(desk: Room, built_pages: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk where each of the three has something."""
    return await furnished(desk, monkeypatch)


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    "role", [pytest.param(JUNIOR, marks=pytest.mark.thorough), DEPARTMENT, ATTENDANT]
)
async def test_what_is_not_theirs_is_in_no_answer_of_any_route_or_search(
    house: Room, role: Role
) -> None:
    asked = {address for which in ALL for address in addresses(which)} | set(SEARCHES)
    asked |= {f"/api/v1/recordings/{recording_id(which)}/audio?why=x" for which in ALL}
    told: set[int] = set()
    for address in sorted(asked):
        text = (await answer(house, address, role, accept="text/html")).text
        typed = told_of(address) | named(address)  # a form shows again what was typed into it
        assert told_of(text) <= CALLS_SEEN[role] | typed, address
        assert named(text) <= CALLS_SEEN[role] | TICKETS_SEEN[role] | typed, address
        told |= told_of(text)
    assert told >= CALLS_SEEN[role], "what is theirs is told"


@pytest.mark.parametrize("role", [JUNIOR, DEPARTMENT, ATTENDANT])
async def test_lists_and_searches_hold_what_is_theirs_and_nothing_else(
    house: Room, role: Role
) -> None:
    async with house.seated(role) as person:
        for address, key, seen, name in (
            ("/api/v1/calls", "id", CALLS_SEEN, call_id),
            ("/api/v1/recordings", "id", CALLS_SEEN, recording_id),
            ("/api/v1/tickets", "number", TICKETS_SEEN, ticket_number),
        ):
            got = await person.get(address)
            listed = got.json()["items"] if got.status_code == 200 else []
            assert {each[key] for each in listed} == {name(one) for one in seen[role]}, address
        page = await person.get("/calls")
        rows = set(re.findall(r'"/calls/([0-9a-f-]{36})', page.text))
        assert rows == {call_id(one) for one in CALLS_SEEN[role]}
        customer = (await person.get("/customers/13812345678")).text
        shown = set(re.findall(r'"/calls/([0-9a-f-]{36})', customer))
        assert shown <= {call_id(one) for one in CALLS_SEEN[role]}


ONE = {
    "call.read": "/api/v1/calls/{call}",
    "recording.read": "/api/v1/recordings/{recording}",
    "recording.listen": "/api/v1/recordings/{recording}/audio?why=x",
    "ticket.read": "/api/v1/tickets/{ticket}",
}
MORE = {
    "call.read": ("/api/v1/calls/{call}/events", "/calls/{call}"),
    "recording.read": (),
    "recording.listen": ("/api/v1/recordings/{recording}/peaks",),
    "ticket.read": ("/api/v1/tickets/{ticket}/visits",),
}


@pytest.mark.sqlite_first
@pytest.mark.parametrize("verb", ONE)
async def test_every_role_reads_each_thing_as_far_as_its_verb_goes(house: Room, verb: str) -> None:
    seen_by = TICKETS_SEEN if verb == "ticket.read" else CALLS_SEEN
    for role in Role:
        right = declared().verbs[verb].get(role)
        for which in ALL:
            theirs = which in seen_by.get(role, ALL)
            wanted = 403 if right is None else 200 if theirs else 404
            for path in (ONE[verb], *MORE[verb]):
                address = path.format(
                    call=call_id(which), recording=recording_id(which), ticket=ticket_number(which)
                )
                found = await answer(house, address, role)
                assert found.status == wanted, (role, which, address)


async def test_the_query_and_the_pure_answer_agree_for_every_role(house: Room) -> None:
    made = engine(house.settings.database)
    async with made.connect() as connection:
        stories = [
            await queries.call(connection, call_id(one), reach=EVERYTHING, ticket_reach=EVERYTHING)
            for one in ALL
        ]
        for role in Role:
            asks = person(role)
            for verb in ("call.read", "recording.read", "recording.listen"):
                reach = reach_of(asks, verb)
                wanted = {
                    story.call.id
                    for story in stories
                    if story and may(asks, verb, scoping.whose(story.call, CHINA, story.tickets))
                }
                listed = await queries.calls(connection, reach=reach)
                recorded = await recording_queries.recordings(connection, reach=reach)
                assert {each.id for each in listed.items} == wanted, (role, verb)
                assert {each.call_id for each in recorded.items} == wanted, (role, verb)
            reach = reach_of(asks, "ticket.read")
            tickets = await ticket_queries.tickets(connection, reach=reach)
            kept = [ticket for story in stories if story for ticket in story.tickets]
            assert {each.number for each in tickets.items} == {
                each.number for each in kept if may(asks, "ticket.read", ticket_scoping.whose(each))
            }, role
    await made.dispose()


async def test_what_is_not_theirs_is_answered_like_what_is_not_there_and_is_on_record(
    house: Room,
) -> None:
    cases = (
        (JUNIOR, "call.read", f"/api/v1/calls/{call_id(THEIRS)}", call_id(THEIRS)),
        (JUNIOR, "recording.listen", _audio(THEIRS), recording_id(THEIRS)),
        (DEPARTMENT, "recording.read", f"/recordings/{recording_id(TALKED)}", recording_id(TALKED)),
        (DEPARTMENT, "ticket.read", _shown(REVIEWED), ticket_number(REVIEWED)),
    )
    for role, verb, address, subject in cases:
        there = await answer(house, address, role)
        nowhere = await answer(house, re.sub(r"0000000\d|0000\d", _far, address), role)
        assert (there.status, there.text) == (404, nowhere.text)
        assert nowhere.status == 404
        [refused] = [
            one for one in await audit_entries(house, subject) if one.action.endswith(".refused")
        ]
        assert refused.action == f"{verb}.refused"


def _audio(which: int) -> str:
    return f"/api/v1/recordings/{recording_id(which)}/audio?why=x"


def _shown(which: int) -> str:
    return f"/api/v1/tickets/{ticket_number(which)}"


def _far(found: re.Match[str]) -> str:
    return "9" * len(found.group())


async def test_a_junior_writes_no_ticket_for_another_agents_call(house: Room) -> None:
    async with house.seated(JUNIOR) as junior:
        for which in ALL:
            path = f"/api/v1/calls/{call_id(which)}/ticket"
            wanted = 200 if which in CALLS_SEEN[JUNIOR] else 404
            assert (await junior.post(path)).status_code == wanted
            assert (await junior.post(f"{path}/asked")).status_code == wanted


async def test_a_junior_writes_into_no_ticket_that_another_keeps(house: Room) -> None:
    await write(house, update(TicketRow).values(handler="9999", state="new"))
    theirs = update(TicketRow).where(TicketRow.number == ticket_number(SETTLED))
    await write(house, theirs.values(handler=NUMBERS[JUNIOR]))
    served = update(TicketRow).where(TicketRow.number == ticket_number(SERVING))
    await write(house, served.values(customer_identity=SERVED_IS))
    async with house.seated(JUNIOR) as junior, house.seated(Role.SENIOR_AGENT) as senior:
        for which in ALL:
            path = f"/api/v1/tickets/{ticket_number(which)}"
            wanted = 200 if which in {TALKED, SERVING, SETTLED} else 404
            body = {"version": 1, "fields": {"body": "改"}}
            assert (await junior.get(f"{path}/versions")).status_code == wanted, which
            assert (await junior.patch(path, json=body)).status_code == wanted, which
            assert (await senior.get(f"{path}/versions")).status_code == 200
    refused = await audit_entries(house, ticket_number(THEIRS))
    assert {one.action for one in refused} >= {"ticket.write.refused"}


async def test_a_setting_opens_every_call_to_juniors(house: Room) -> None:
    path = f"/api/v1/calls/{call_id(THEIRS)}"
    assert (await answer(house, path, JUNIOR)).status == 404
    open_house = house.settings.model_copy(update={"juniors_open_every_call": True})
    house.app.state.settings = open_house
    assert (await answer(house, path, JUNIOR)).status == 200


async def test_who_belongs_to_no_department_sees_nobodys_tickets(house: Room) -> None:
    nowhere = update(AccountRow).where(AccountRow.role == DEPARTMENT.value).values(department="")
    await write(house, nowhere, update(TicketRow).values(department="", state="dispatched"))
    listed = await answer(house, "/api/v1/tickets", DEPARTMENT)
    assert (listed.status, '"items":[]' in listed.text) == (200, True)
    assert (await answer(house, _shown(THEIRS), DEPARTMENT)).status == 404


async def test_a_call_of_a_department_shows_its_own_tickets_only(house: Room) -> None:
    await write(house, ticket(SERVING, TicketState.DISPATCHED, OTHERS))
    both = update(TicketRow).where(TicketRow.number == ticket_number(SERVING))
    await write(house, both.values(call_id=call_id(THEIRS), source="call"))
    for address in (f"/api/v1/calls/{call_id(THEIRS)}", f"/calls/{call_id(THEIRS)}", "/calls"):
        text = (await answer(house, address, DEPARTMENT)).text
        assert ticket_number(THEIRS) in text, address
        assert ticket_number(SERVING) not in text, address


async def test_programs_see_as_far_as_people_of_their_role(house: Room) -> None:
    listed = (await house.get("/api/v1/tickets", DEPARTMENT)).json()["items"]
    assert {each["number"] for each in listed} == {ticket_number(one) for one in (THEIRS, SETTLED)}
    assert (await house.get("/api/v1/calls", JUNIOR)).json()["items"] == [], "it owns nothing"


async def test_an_administrator_says_whose_tickets_somebody_sees_and_it_counts_at_once(
    house: Room,
) -> None:
    number = NUMBERS[DEPARTMENT]

    async def seen() -> set[str]:
        async with house.seated(DEPARTMENT) as person:
            listed = (await person.get("/api/v1/tickets")).json()["items"]
        return {each["number"] for each in listed}

    async with house.seated(Role.ADMINISTRATOR) as administrator:
        moved = await administrator.patch(
            f"/api/v1/accounts/{number}", json={"department": f" {OTHERS}\x07 ", "version": 1}
        )
        assert moved.json()["department"] == OTHERS
        assert await seen() == {ticket_number(SERVING)}
        form = {"role": DEPARTMENT.value, "department": OWN, "version": "2", "csrf": CSRF}
        back = await administrator.post(f"/accounts/{number}/role", data=form)
        assert back.status_code == 303
        assert f'value="{OWN}"' in (await administrator.get("/accounts")).text
    assert await seen() == {ticket_number(one) for one in (THEIRS, SETTLED)}
