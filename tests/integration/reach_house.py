"""A house in which a junior, a department and an attendant have something, and others more."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import engine
from features.accounts.tables import AccountRow, ApiToken
from features.calls.tables import Call
from features.tickets.lifecycle import TicketState
from features.tickets.tables import TicketRow
from permissions.roles import Role
from permissions.routes import POLICY
from permissions.scopes import NOBODY, Serving
from tests.integration.desk_asking import Answer, ask, filled, seated
from tests.integration.desk_room import (
    BEGAN,
    CALLS,
    NUMBERS,
    Room,
    call_id,
    recording_id,
    ticket_number,
)
from tests.integration.found_by import found_by
from tests.integration.talks import talked

JUNIOR, DEPARTMENT, ATTENDANT = Role.JUNIOR_AGENT, Role.DEPARTMENT, Role.FLOOR_ATTENDANT
OWN, OTHERS = "线路班", "装机班"
SERVED, SERVED_IS = "13900000002", "+8613900000002"
"""The customer's number, and what it is known by."""
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
    team: str = ""
    colleagues: frozenset[str] = field(default_factory=frozenset)

    @property
    def number(self) -> str:
        return NUMBERS[self.role]


def person(role: Role) -> Person:
    """Return the person of a role."""
    serving = Serving(customers=frozenset({SERVED_IS})) if role is JUNIOR else NOBODY
    return Person(role, OWN if role is DEPARTMENT else "", serving)


async def write(desk: Room, *changes: Any) -> None:
    """Change the database behind the desk's back."""
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        for change in changes:
            await connection.execute(change)
        await found_by(connection)
    await made.dispose()


def ticket(which: int, state: TicketState, department: str, *, to_review: bool = False) -> Any:
    """Return the change that makes a ticket stand so."""
    left_at = None if to_review or state is TicketState.NEW or not department else BEGAN
    return (
        update(TicketRow)
        .where(TicketRow.number == ticket_number(which))
        .values(state=state.value, department=department, to_review=to_review, left_at=left_at)
    )


async def furnished(desk: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Return the desk; each of the three has something there, and there is more."""
    people = update(AccountRow).where(AccountRow.role == DEPARTMENT.value)
    tokens = update(ApiToken).where(ApiToken.role == DEPARTMENT.value)
    named = [
        update(Call).where(Call.id == call_id(which)).values(ref=f"REF-{which}-", name=f"名{which}")
        for which in ALL
    ]
    await write(
        desk,
        people.values(department=OWN),
        tokens.values(department=OWN),
        *named,
        update(Call).where(Call.id == call_id(SERVING)).values(number=SERVED, identity=SERVED_IS),
        ticket(TALKED, TicketState.NEW, ""),
        ticket(SERVING, TicketState.DISPATCHED, OTHERS),
        ticket(THEIRS, TicketState.DISPATCHED, OWN),
        ticket(SETTLED, TicketState.ANSWERED, OWN),
        ticket(REVIEWED, TicketState.DISPATCHED, OWN, to_review=True),
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
        lambda one: person(JUNIOR).serving if one == junior else NOBODY,
    )
    return desk


def told_of(text: str) -> set[int]:
    """Return of which calls something is told: by their references and recordings."""
    found = {which for which in ALL if recording_id(which) in text}
    return found | {int(which) for which in re.findall(r"REF-(\d)-", text)}


def named(text: str) -> set[int]:
    """Return of which calls, or of their tickets, the ids are told."""
    return {which for which in ALL if call_id(which) in text or ticket_number(which) in text}


def addresses(which: int) -> Iterable[str]:
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
    *("/calls?q=1381234", "/calls?q=13812345678", "/calls?agent=8001", "/calls?direction=in"),
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


async def answer(house: Room, address: str, role: Role, **more: str) -> Answer:
    """Ask as the person of a role; again while the database is too slow, on a busy machine."""
    for _ in range(5):
        found = await ask(house, "GET", address, seated(role, **more))
        if found.status != 503:
            break
    return found
