"""Who sees which things, by role, verb and thing, on both databases (SEC-1, SEC-2).

A department, a junior agent and a floor attendant read nothing that is not theirs, by whatever way.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.wall_clock import Repeat
from db.engine import engine
from features.accounts.tables import AccountRow, ApiToken
from features.calls import queries, scoping
from features.calls.tables import Call
from features.tickets import scoping as ticket_scoping
from features.tickets.lifecycle import TicketState
from features.tickets.tables import TicketRow
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups import scoping as wake_scoping
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.register import Registration
from features.wake_ups.tables import WakeUpRow
from permissions.declared import declared
from permissions.may import may, reach_of
from permissions.roles import Role
from permissions.routes import POLICY
from permissions.scopes import EVERYTHING, NOBODY, Serving
from tests.integration.desk_asking import ask, filled, seated
from tests.integration.desk_room import (
    CALLS,
    NUMBERS,
    Room,
    call_id,
    looks,
    recording_id,
    talked,
    ticket_number,
)

JUNIOR, DEPARTMENT, ATTENDANT = Role.JUNIOR_AGENT, Role.DEPARTMENT, Role.FLOOR_ATTENDANT
OWN, OTHERS = "线路班", "装机班"
SERVED = "13900000002"
ALL = frozenset(range(1, CALLS + 1))

TALKED, SERVING, THEIRS, SETTLED, REVIEWED = 1, 2, 3, 4, 5
"""The calls: the junior talked in the first, serves the customer of the second; the ticket of the
third is with the department, that of the fourth was, that of the fifth waits for a review."""

CALLS_SEEN = {JUNIOR: {TALKED, SERVING}, DEPARTMENT: {THEIRS}, ATTENDANT: set[int]()}
TICKETS_SEEN = {JUNIOR: ALL, DEPARTMENT: {THEIRS, SETTLED}, ATTENDANT: set[int]()}


@dataclass(frozen=True)
class Person:
    """Who asks, as the desk would know them."""

    role: Role
    department: str = ""
    serving: Serving = NOBODY
    widened: frozenset[str] = field(default_factory=frozenset)

    @property
    def number(self) -> str:
        return NUMBERS[self.role]


def _person(role: Role) -> Person:
    serving = Serving(numbers=frozenset({SERVED})) if role is JUNIOR else NOBODY
    return Person(role, OWN if role is DEPARTMENT else "", serving)


async def _write(desk: Room, *changes: Any) -> None:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        for change in changes:
            await connection.execute(change)
    await made.dispose()


def _ticket(which: int, state: TicketState, department: str, *, to_review: bool = False) -> Any:
    return (
        update(TicketRow)
        .where(TicketRow.number == ticket_number(which))
        .values(state=state.value, department=department, to_review=to_review)
    )


@pytest.fixture
async def house(desk: Room, built_pages: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A desk where each of the three has something, and where there is more that is not theirs."""
    people = update(AccountRow).where(AccountRow.role == DEPARTMENT.value)
    tokens = update(ApiToken).where(ApiToken.role == DEPARTMENT.value)
    named = [
        update(Call).where(Call.id == call_id(which)).values(ref=f"REF-{which}-", name=f"名{which}")
        for which in ALL
    ]
    await _write(
        desk,
        people.values(department=OWN),
        tokens.values(department=OWN),
        *named,
        update(Call).where(Call.id == call_id(SERVING)).values(number=SERVED),
        _ticket(TALKED, TicketState.NEW, ""),
        _ticket(SERVING, TicketState.DISPATCHED, OTHERS),
        _ticket(THEIRS, TicketState.DISPATCHED, OWN),
        _ticket(SETTLED, TicketState.ANSWERED, OWN),
        _ticket(REVIEWED, TicketState.DISPATCHED, OWN, to_review=True),
    )
    await talked(desk, JUNIOR, TALKED)
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        accounts = {
            str(row.role): int(row.id)
            for row in (await connection.execute(AccountRow.__table__.select())).all()
        }
    await made.dispose()
    junior = accounts[JUNIOR.value]
    monkeypatch.setattr(
        desk.app.state.floor,
        "serving",
        lambda one: _person(JUNIOR).serving if one == junior else NOBODY,
    )
    return desk


def _told_of(text: str) -> set[int]:
    """Return of which calls something is told: by their references and recordings."""
    found = {which for which in ALL if recording_id(which) in text}
    return found | {int(which) for which in re.findall(r"REF-(\d)-", text)}


def _named(text: str) -> set[int]:
    """Return of which calls, or of their tickets, the ids are told."""
    return {which for which in ALL if call_id(which) in text or ticket_number(which) in text}


def _addresses(which: int) -> Iterable[str]:
    """Give every address that may be read, with one call, its recording, ticket and number."""
    parts = {
        "{call_id}": call_id(which),
        "{recording_id}": recording_id(which),
        "{ticket_id}": ticket_number(which),
        "{number}": SERVED if which == SERVING else "13812345678",
    }
    for method, path in POLICY:
        if method == "GET":
            for part, value in parts.items():
                path = path.replace(part, value)  # noqa: PLW2901
            yield filled(path)


SEARCHES = (
    *("/calls?q=1381234", "/calls?q=13812345678", "/calls?agent=8001", "/calls?way=in"),
    *(f"/calls?q={ticket_number(which)}" for which in ALL),
    *(f"/calls?q={call_id(which)}" for which in ALL),
    *(f"/api/v1/calls?ref=REF-{which}-" for which in ALL),
    *(f"/api/v1/calls?ticket={ticket_number(which)}" for which in ALL),
    *("/api/v1/calls?number=13812345678", "/api/v1/calls?piece=1381", "/api/v1/calls?agent=8001"),
    *(f"/api/v1/recordings?call_id={call_id(which)}" for which in ALL),
    *(f"/api/v1/recordings?ref=REF-{which}-" for which in ALL),
    *("/api/v1/recordings?number=13812345678", "/api/v1/recordings?agent=8001"),
    *(f"/api/v1/tickets?call_id={call_id(which)}" for which in ALL),
    *(f"/api/v1/tickets?ref=REF-{which}-" for which in ALL),
    *("/api/v1/tickets?state=dispatched", "/api/v1/tickets?agent=8001"),
    *("/api/v1/customers/13812345678", "/customers?number=13812345678", "/api/v1/audit"),
)


@pytest.mark.parametrize("role", [JUNIOR, DEPARTMENT, ATTENDANT])
async def test_what_is_not_theirs_is_in_no_answer_of_any_route_or_search(
    house: Room, role: Role
) -> None:
    asked = {address for which in ALL for address in _addresses(which)} | set(SEARCHES)
    asked |= {f"/api/v1/recordings/{recording_id(which)}/audio?why=x" for which in ALL}
    told: set[int] = set()
    for address in sorted(asked):
        text = (await ask(house, "GET", address, seated(role, accept="text/html"))).text
        typed = _told_of(address) | _named(address)  # a form shows again what was typed into it
        assert _told_of(text) <= CALLS_SEEN[role] | typed, address
        assert _named(text) <= CALLS_SEEN[role] | TICKETS_SEEN[role] | typed, address
        told |= _told_of(text)
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
            answer = await person.get(address)
            listed = answer.json()["items"] if answer.status_code == 200 else []
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
                answer = await ask(house, "GET", address, seated(role))
                assert answer.status == wanted, (role, which, address)


async def test_the_query_and_the_pure_answer_agree_for_every_role(house: Room) -> None:
    made = engine(house.settings.database)
    async with made.connect() as connection:
        stories = [
            await queries.call(connection, call_id(one), reach=EVERYTHING, ticket_reach=EVERYTHING)
            for one in ALL
        ]
        for role in Role:
            person = _person(role)
            for verb in ("call.read", "recording.read", "recording.listen"):
                reach = reach_of(person, verb)
                wanted = {
                    story.call.id
                    for story in stories
                    if story and may(person, verb, scoping.whose(story.call, story.tickets))
                }
                listed = await queries.calls(connection, reach=reach)
                recorded = await queries.recordings(connection, reach=reach)
                assert {each.id for each in listed.items} == wanted, (role, verb)
                assert {each.call_id for each in recorded.items} == wanted, (role, verb)
            reach = reach_of(person, "ticket.read")
            tickets = await queries.tickets(connection, reach=reach)
            kept = [ticket for story in stories if story for ticket in story.tickets]
            assert {each.number for each in tickets.items} == {
                each.number
                for each in kept
                if may(person, "ticket.read", ticket_scoping.whose(each))
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
        there = await ask(house, "GET", address, seated(role))
        nowhere = await ask(house, "GET", re.sub(r"0000000\d|0000\d", _far, address), seated(role))
        assert (there.status, there.text) == (404, nowhere.text)
        assert nowhere.status == 404
        [refused] = [one for one in await looks(house, subject) if one.action.endswith(".refused")]
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


async def test_a_setting_opens_every_call_to_juniors(house: Room) -> None:
    path = f"/api/v1/calls/{call_id(THEIRS)}"
    assert (await ask(house, "GET", path, seated(JUNIOR))).status == 404
    open_house = house.settings.model_copy(update={"juniors_open_every_call": True})
    house.app.state.settings = open_house
    assert (await ask(house, "GET", path, seated(JUNIOR))).status == 200


async def test_who_belongs_to_no_department_sees_nobodys_tickets(house: Room) -> None:
    nowhere = update(AccountRow).where(AccountRow.role == DEPARTMENT.value).values(department="")
    await _write(house, nowhere, update(TicketRow).values(department="", state="dispatched"))
    listed = await ask(house, "GET", "/api/v1/tickets", seated(DEPARTMENT))
    assert (listed.status, '"items":[]' in listed.text) == (200, True)
    assert (await ask(house, "GET", _shown(THEIRS), seated(DEPARTMENT))).status == 404


async def test_a_call_of_a_department_shows_its_own_tickets_only(house: Room) -> None:
    await _write(house, _ticket(SERVING, TicketState.DISPATCHED, OTHERS))
    both = update(TicketRow).where(TicketRow.number == ticket_number(SERVING))
    await _write(house, both.values(call_id=call_id(THEIRS), source="call"))
    for address in (f"/api/v1/calls/{call_id(THEIRS)}", f"/calls/{call_id(THEIRS)}", "/calls"):
        text = (await ask(house, "GET", address, seated(DEPARTMENT))).text
        assert ticket_number(THEIRS) in text, address
        assert ticket_number(SERVING) not in text, address


async def test_programs_see_as_far_as_people_of_their_role(house: Room) -> None:
    listed = (await house.get("/api/v1/tickets", DEPARTMENT)).json()["items"]
    assert {each["number"] for each in listed} == {ticket_number(one) for one in (THEIRS, SETTLED)}
    assert (await house.get("/api/v1/calls", JUNIOR)).json()["items"] == [], "it owns nothing"


# -- wake-ups


async def _guests(connection: AsyncConnection) -> dict[WakeState, int]:
    """Register a guest for each state; return the wake-ups' ids."""
    now = datetime.now(UTC)
    made: dict[WakeState, int] = {}
    for which, state in enumerate(WakeState):
        guest = Registration(
            room=f"82{which:02d}",
            number=f"82{which:02d}",
            guest=f"客{which}",
            language="zh",
            wall=time(7, which),
            zone="Asia/Shanghai",
            first_day=now.date() + timedelta(days=1),
            last_day=None,
            repeat=Repeat.ONCE,
        )
        key = await wake_register.register(connection, guest, made_by=None, now=now)
        row = WakeUpRow.registration_id == key
        found = await connection.execute(
            update(WakeUpRow).where(row).values(state=state.value).returning(WakeUpRow.id)
        )
        made[state] = found.scalar_one()
    return made


async def test_a_floor_attendant_sees_whom_to_knock_for_and_no_calls(house: Room) -> None:
    made = engine(house.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        keys = await _guests(connection)
    to_knock = {keys[state] for state in wake_scoping.TO_KNOCK}
    until = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    async with house.seated(ATTENDANT) as attendant:
        rows = (await attendant.get("/api/v1/wake-ups", params={"until": until})).json()
        assert {row["id"] for row in rows} == to_knock
        page = (await attendant.get("/wake-ups")).text
        for state, key in keys.items():
            wanted = 200 if key in to_knock else 404
            room = f"82{list(WakeState).index(state):02d}"
            for path in (f"/api/v1/wake-ups/{key}", f"/wake-ups/{key}"):
                answer = await attendant.get(path)
                assert answer.status_code == wanted, (state, path)
            assert (room in page) == (state in wake_scoping.TO_KNOCK), state
            evidence = await attendant.get(f"/api/v1/wake-ups/{key}/evidence.pdf")
            assert evidence.status_code == 403
        knocked, waits = keys[WakeState.KNOCKING], keys[WakeState.WAITING]
        assert (await attendant.post(f"/api/v1/wake-ups/{waits}/awake")).status_code == 404
        said = (await attendant.post(f"/api/v1/wake-ups/{knocked}/awake")).json()
        assert (said["state"], said["attempts"]) == ("awake", [])
        for closed in ("/api/v1/wake-registrations", "/api/v1/wake-register.csv?day=2026-11-21"):
            assert (await attendant.get(closed)).status_code == 403
    async with made.connect() as connection:
        now = datetime.now(UTC)
        every = await wake_ups.of_days(connection, now, now + timedelta(days=3), reach=EVERYTHING)
        for role in Role:
            reach = reach_of(_person(role), "wake_up.read")
            some = await wake_ups.of_days(connection, now, now + timedelta(days=3), reach=reach)
            wanted_ids = {
                one.id
                for one in every
                if reach.holds(wake_scoping.whose(one.wake_up.state, one.wake_up.proof))
            }
            assert {one.id for one in some} == wanted_ids, role
    await made.dispose()
