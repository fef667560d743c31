"""Whole numbers and names are in no answer to a role that may not see them: every way out (SEC-2).

Each column, each role, each way: a page, the API, an export, a search, a stream, a refusal.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from sqlalchemy import func, select

from db.engine import engine
from features.audit.tables import AuditRow
from monitoring.health import PartHealth
from permissions.roles import Role, sees_numbers
from permissions.routes import POLICY
from settings import PROJECT, Settings
from tests.integration.desk_asking import ask, filled, seated
from tests.integration.desk_room import NEEDS_ASTERISK, NUMBER, Room, call_id
from tests.integration.masking_house import (
    NAME_COLUMNS,
    NUMBER_COLUMNS,
    OUR_COLUMNS,
    OURS,
    POISONED,
    STATES,
    TEXT_COLUMNS,
    columns,
    poison,
    read,
    secret,
    secret_name,
)
from tests.integration.masking_page import SHOWN, page
from tests.integration.page_room import pages, written
from tests.integration.records_room import one_of_everything
from web.app import wired
from web.shapes import Told

MASKED = [role for role in Role if not sees_numbers(role)]
OTHER_KEYS = {"call_id", "recording_id", "ticket_id", "list_id"}
"""Ids of things that have no number of their own, or none that is kept in the database."""
SEARCHES = (
    *("/api/v1/search?q=1390", "/search?q=1390", "/search?q=欧", "/api/v1/search?q=欧"),
    *("/audit?who=1001", "/calls?agent=8001", "/api/v1/calls?agent=8001"),
    *(f"/api/v1/calls/{call_id(1)}", f"/calls/{call_id(1)}", f"/calls/{call_id(1)}?language=en"),
    "/api/v1/wake-register.csv?day=2026-11-30",
    *("/api/v1/tickets?state=new", "/knowledge?q=1390", "/campaigns/1?show=all"),
)
CHANGES = (
    ("POST", "/api/v1/handovers", {"shift": "夜", "problems": "回 {0}"}),
    ("POST", "/api/v1/handovers/1/sign", None),
    ("POST", "/api/v1/wake-ups/1/awake", None),
    ("PUT", "/api/v1/do-not-call/13812345678", {"why": "another reason"}),
    ("PUT", "/api/v1/knowledge/1", {"title": "x", "body": "y", "seen": "2020-01-01T00:00:00Z"}),
)


def addresses() -> list[str]:
    found = []
    for method, path in POLICY:
        if method == "GET":
            keys = set(re.findall(r"\{(\w+_id)\}", path)) - OTHER_KEYS
            parts = {"{%s}" % key: "1" for key in keys}  # noqa: UP031
            if "/customers/" in path:
                parts["{number}"] = NUMBER
            for part, value in parts.items():
                path = path.replace(part, value)  # noqa: PLW2901
            found.append(filled(path))
    return sorted({*found, *SEARCHES})


@pytest.fixture(scope="module")
def poisoned(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose columns all hold numbers and names."""
    home = tmp_path_factory.mktemp("poisoned")
    shutil.copytree(small_template, home, dirs_exist_ok=True)

    async def fill() -> None:
        for put in one_of_everything, poison:
            async with written(Settings(home=home)) as connection:
                await put(connection)

    asyncio.run(fill())
    return home


@pytest_asyncio.fixture
async def house(poisoned: Path, tmp_path: Path) -> AsyncIterator[Room]:
    """A desk of the test's own over that home."""
    shutil.copytree(poisoned, tmp_path, dirs_exist_ok=True)
    async with pages(tmp_path, "") as found:
        yield found.room


def test_every_column_of_text_is_in_the_matrix_or_is_ours() -> None:
    for name, table, _ in columns():
        ours = table.name in OURS or name in OUR_COLUMNS or STATES.search(name)
        known = name in POISONED or ours
        assert known, f"{name}: may a number or a name of a customer stand there?"


async def told(house: Room, role: Role) -> dict[str, set[str]]:
    """Return which columns are told whole to a role, and by which ways."""
    texts = {}
    for address in addresses():
        for accept in ("text/html", "application/json"):
            answer = await ask(house, "GET", address, seated(role, accept=accept))
            away = address in NEEDS_ASTERISK and answer.status == 503
            assert answer.status < 500 or away, (address, answer.text[:500])
            texts[f"GET {address}"] = answer.text
    for method, address, body in CHANGES:
        async with house.seated(role) as person:
            sent = await person.request(method, address, json=body)
        texts[f"{method} {address}"] = sent.text
    found: dict[str, set[str]] = {}
    for way, text in texts.items():
        digits = read(text)
        if NUMBER in digits and NUMBER not in way and "/openapi" not in way:
            found.setdefault("identity", set()).add(way)
        for name in POISONED:
            whole = secret_name(name) in text if name in NAME_COLUMNS else secret(name) in digits
            if whole:
                found.setdefault(name, set()).add(way)
    return found


@pytest.mark.parametrize("role", MASKED)
async def test_no_way_out_tells_a_masked_role_a_whole_number_or_name(
    house: Room, role: Role
) -> None:
    assert await told(house, role) == {}


async def test_the_matrix_sees_what_is_told_to_who_may_see_it_and_is_documented(
    house: Room,
) -> None:
    found = {role: await told(house, role) for role in SHOWN}
    seen = {name for each in found.values() for name in each}
    assert set(POISONED) - seen == NOT_TOLD, "the matrix looks past these, or need not"
    written = PROJECT / ".cache" / "masking.md"
    written.write_text(page(found), encoding="utf-8")
    documented = (PROJECT / "docs" / "masking.md").read_text(encoding="utf-8")
    assert documented == page(found), "run: cp .cache/masking.md docs/masking.md"


NOT_TOLD = {
    *("attempts.dialled", "attempts.ways", "callbacks.passed"),
    *("journal_rejects.line", "journal_rejects.why", "ticket_mails.refers_to"),
    *("customers.name_key", "customers.sought", "customer_numbers.tail", "caller_numbers.number"),
    *("customer_merges.kept", "customer_merges.gone"),
}
"""For our own programs only: no way leads out."""


def _told(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """Give the texts of an answer that do not say what they are."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        said = [each for each in field.metadata if isinstance(each, Told)]
        for each in _texts(field.annotation, said):
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from _told(each, seen)
            elif model is not PartHealth:  # open to everyone: says nothing about any caller
                yield f"{model.__module__}.{model.__name__}.{name}"


def _texts(kind: Any, said: Sequence[Told]) -> Iterator[Any]:
    """Give the plain texts in a type, and the shapes in it."""
    if get_origin(kind) is Annotated:
        of, *marks = get_args(kind)
        yield from _texts(of, [each for each in marks if isinstance(each, Told)])
    elif isinstance(kind, type) and issubclass(kind, BaseModel | str):
        if kind is str or issubclass(kind, BaseModel):
            yield from () if said else (kind,)
    elif kind is Any and not said:
        yield kind
    elif get_origin(kind) is not None and not said:
        inner = get_args(kind)
        for each in inner[1:] if get_origin(kind) is dict else inner:
            yield from _texts(each, [])


def test_every_text_of_every_answer_says_what_it_is() -> None:
    seen: set[type[BaseModel]] = set()
    for context in iter_route_contexts(wired().routes):
        route = context.original_route
        model = route.response_model if isinstance(route, APIRoute) else None
        for each in _texts(model, []):
            assert list(_told(each, seen)) == [], "say who may see it: see web/shapes.py"
    assert len(seen) > 40


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMINISTRATOR, Role.INSPECTOR])
async def test_every_look_at_what_is_a_customers_is_on_record(house: Room, role: Role) -> None:
    unseen = []
    for address in addresses():
        before = await _entries(house)
        answer = await ask(house, "GET", address, seated(role, accept="text/html"))
        digits = read(answer.text.replace("*", "0"))
        told = [name for name in NUMBER_COLUMNS | TEXT_COLUMNS if secret(name) in digits]
        masked = any(secret(name)[:3] + "******" + "26" in answer.text for name in POISONED)
        if (told or masked) and await _entries(house) == before:
            unseen.append(address)
    assert not unseen, "\n".join(unseen)


async def _entries(house: Room) -> int:
    await house.app.state.database.settled()
    made = engine(house.settings.database)
    async with made.connect() as connection:
        found = (await connection.execute(select(func.count()).select_from(AuditRow))).scalar_one()
    await made.dispose()
    return int(found)
