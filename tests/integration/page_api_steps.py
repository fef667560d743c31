"""How one change is asked for by the page's form and by the API, and what it left."""

import functools
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx
from sqlalchemy import Connection, NullPool, Select, create_engine, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import Base
from permissions.roles import Role
from tests.integration.desk_room import CSRF
from tests.integration.page_room import Pages

Route = tuple[str, str]
Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Every row there is, by table."""
Change = Callable[[AsyncConnection], Awaitable[object]]
LEADER: Final = Role.TEAM_LEADER
DONE: Final = 200
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINK = re.compile(r"\[link:[0-9a-f]{32}\]")
_FILE: Final[list[str]] = []
_SQLITE = create_engine("sqlite://", creator=lambda: sqlite3.connect(_FILE[0]), poolclass=NullPool)
"""Of whatever file: the statements are made ready once, and no thread is asked for each."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody asks for, as the page sends it and as a program does."""

    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] | None = None
    body: object = None
    """JSON; bytes as they are."""
    query: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, object] = field(default_factory=dict)
    """What stands in the addresses, by name."""
    who: Role = LEADER
    answer: int = DONE
    audited: int = 1
    """Lines that it adds to the audit log."""
    before: Change | None = None
    """What becomes so before, behind the desk's back."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A change that the page and the API offer."""

    page: Route
    program: Route
    steps: Sequence[Step]
    prepared: Callable[[Pages], Awaitable[Mapping[str, object]]] | None = None
    """Makes what is needed; returns what stands in the addresses and, by name, in forms."""

    @property
    def name(self) -> str:
        return f"{self.page[1]} = {self.program[0]} {self.program[1]}"


@dataclass(frozen=True)
class Left:
    """What a step left behind."""

    answer: int
    rows: Rows


NOT_THERE: Final[Mapping[str, object]] = dict.fromkeys(
    ("entry_id", "handover_id", "registration_id", "wake_up_id", "callback_id", "incident_id"), 999
) | {"campaign_id": 999, "household_id": 999}


def same(typed: Mapping[str, str], **more: Any) -> Step:
    """Return a step whose form and body have the same words."""
    return Step(form=typed, body=dict(typed), **more)


def only(**more: Any) -> Step:
    """Return a step in which nothing is typed."""
    return Step(**more)


def twice(**more: Any) -> Sequence[Step]:
    """Return a change, the same once more, and the same of what is not there."""
    return (
        only(**more),
        only(**more | {"audited": 0}),
        only(**more | {"gaps": NOT_THERE, "answer": 404}),
    )


async def gaps_of(**gaps: object) -> Mapping[str, object]:
    return gaps


def a_file(text: str) -> Mapping[str, tuple[str, bytes]]:
    return {"file": ("list.csv", text.encode())}


async def at_the_page(desk: Pages, pair: Pair, step: Step, gaps: Mapping[str, object]) -> Left:
    """Send the form as a browser does."""
    async with desk.person(step.who) as person:
        del person.headers["X-CSRF-Token"]
        typed = {"csrf": CSRF, **_filled(step.form, gaps)}
        path = _address(pair.page, {**gaps, **step.gaps})
        answer = await person.post(path, data=typed, files=step.files)
    if answer.status_code == 422:
        assert 'role="alert"' in answer.text, "no sentence beside what is wrong"
    return Left(_outcome(answer), await rows_of(desk))


async def at_the_api(desk: Pages, pair: Pair, step: Step, gaps: Mapping[str, object]) -> Left:
    """Ask as a program does, in the same person's name."""
    async with desk.room.seated(step.who) as person:
        plain = isinstance(step.body, bytes)
        answer = await person.request(
            pair.program[0],
            _address(pair.program, {**gaps, **step.gaps}),
            params=dict(step.query),
            content=step.body if isinstance(step.body, bytes) else None,
            json=None if plain or step.body is None else _filled_body(step.body, gaps),
        )
    if answer.status_code >= 400:
        assert answer.json()["detail"].endswith((".", "!")), answer.text
    return Left(_outcome(answer), await rows_of(desk))


async def asked(client: httpx.AsyncClient, route: Route) -> int:
    """Ask for a change of what is not there, with nothing typed; return the answer."""
    gaps = dict.fromkeys(re.findall(r"{(\w+)}", route[1]), "999999")
    if "list_id" in gaps:
        gaps["list_id"] = "00000000-6a5c-4c1d-9b6e-2f1f0f6f7a10"
    return (await client.request(route[0], _address(route, gaps))).status_code


def _outcome(answer: httpx.Response) -> int:
    return DONE if answer.status_code < 400 else answer.status_code


def _address(route: Route, gaps: Mapping[str, object]) -> str:
    return route[1].format(**gaps)


def _filled(form: Mapping[str, str], gaps: Mapping[str, object]) -> dict[str, str]:
    return {name: text.format(**gaps) if "{" in text else text for name, text in form.items()}


def _filled_body(body: object, gaps: Mapping[str, object]) -> object:
    if not isinstance(body, dict):
        return body
    return {
        name: value.format(**gaps) if isinstance(value, str) and "{" in value else value
        for name, value in body.items()
    }


async def rows_of(desk: Pages) -> Rows:
    """Return every row there is; times and random ids only as that they are there."""
    database = desk.room.app.state.database
    await database.settled()
    dialect, _, file = desk.room.settings.database.partition(":///")
    if dialect.startswith("sqlite"):
        _FILE[:] = [file]
        with _SQLITE.connect() as connection:
            return _look(connection)
    found: Rows = await database.ask(lambda one: one.run_sync(_look), within=60)
    return found


def _look(connection: Connection) -> Rows:
    found: dict[str, Sequence[Mapping[str, object]]] = {}
    for name, whole in _whole_tables():
        rows = connection.execute(whole).mappings()
        found[name] = [
            {column: _plain(_of_now(column, value)) for column, value in row.items()}
            for row in rows
        ]
    return found


@functools.cache
def _whole_tables() -> Sequence[tuple[str, Select[Any]]]:
    tables = Base.metadata.sorted_tables
    return [(each.name, select(each).order_by(*each.primary_key.columns)) for each in tables]


def _of_now(name: str, value: Any) -> Any:
    """Say of a clock's limit that ends at a moment only so: page and program come one by one."""
    reckoned = name in {"limit_s", "warn_s"} and not float(value).is_integer()
    return "from now to a moment" if reckoned else value


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return "a time"
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _plain_text(value) if isinstance(value, str) else value


def _plain_text(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", value):
        return "a time"
    if re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{32}", value):
        return "a hash"
    if re.fullmatch(r"[0-9a-f]{32}@[a-z.]+", value):
        return "a Message-ID"
    if value.startswith("sealed:"):
        return "a sealed text"
    if value.startswith("$argon2"):
        return "a password"
    return _LINK.sub("[a link]", _ID.sub("an id", value))
