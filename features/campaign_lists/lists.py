"""Uploaded lists that wait to be confirmed: one file each, gone after a day.

They lie in HOME/run/lists, readable by us alone (SEC-2); what nobody confirmed leaves nothing
behind. A restart of the desk loses none. Who may not be called, and which tickets there are, is
asked of the database when a list is read, and again when it is confirmed.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.bounded import RequestDatabase
from features.campaigns import overlaps
from features.campaigns.overlaps import Elsewhere
from features.do_not_call import queries as do_not_call
from features.tickets import queries as ticket_queries
from imports import worker as import_worker
from imports.faults import Fault, InRow, Person
from imports.people_list import Reading
from settings import Settings

KEPT_FOR_S: Final = 24 * 3600.0
LONGEST_NAME: Final = 80
OTHERS_LOOKED_AT: Final = 10
"""Lists that wait, the newest ones, among which the same people are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list as it was read, and what the database says of it."""

    id: str
    name: str
    """The file's name, as it was given."""
    reading: Reading
    unwilling: frozenset[str]
    """Identities on the do-not-call list."""
    tickets: Mapping[str, int]
    """The tickets that rows name, by number."""
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    """Campaigns that have not ended and are to call the same people, by identity."""
    other_lists: Mapping[str, int] = field(default_factory=dict)
    """How many of the people stand in another list that waits too, by its name."""

    @property
    def people(self) -> Sequence[Person]:
        """Return who can be called."""
        return [one for one in self.reading.people if one.identity not in self.unwilling]

    @property
    def called_twice(self) -> Sequence[tuple[Person, Elsewhere]]:
        """Return whom another campaign is to call too."""
        return [
            (one, self.elsewhere[one.identity])
            for one in self.people
            if one.identity in self.elsewhere
        ]

    @property
    def refusing(self) -> Sequence[Person]:
        """Return who is on the do-not-call list."""
        return [one for one in self.reading.people if one.identity in self.unwilling]


async def take_in(content: bytes, name: str, settings: Settings, asking: RequestDatabase) -> List:
    """Read what somebody brought and keep it. Raises UnreadableError."""
    own = frozenset(filter(None, [*settings.phones.split(","), *settings.desk_phones.split(",")]))
    found = await import_worker.reading(content, plan=settings.number_plan, own=own)
    kept = await looked_up(
        List(
            id=str(uuid4()),
            name=clean(name, LONGEST_NAME),
            reading=found,
            unwilling=frozenset(),
            tickets={},
        ),
        asking,
    )
    await asyncio.to_thread(_write, settings.paths.lists, kept)
    return kept


async def kept(list_id: str, settings: Settings) -> List | None:
    """Return a list that waits, None when there is none."""
    return await asyncio.to_thread(_read, settings.paths.lists, list_id)


async def warned(given: List, settings: Settings, asking: RequestDatabase) -> List:
    """Return the list with who is to be called for something else as well."""
    identities = [one.identity for one in given.people]
    elsewhere = await asking.ask(lambda one: overlaps.of_people(one, identities))
    others = await asyncio.to_thread(_others, settings.paths.lists, given)
    return replace(given, elsewhere=elsewhere, other_lists=others)


async def let_go(list_id: str, settings: Settings) -> None:
    """Forget a list that was confirmed, or is not wanted."""
    path = _path(settings.paths.lists, list_id)
    await asyncio.to_thread(path.unlink, missing_ok=True)


async def looked_up(given: List, asking: RequestDatabase) -> List:
    """Return the list with what the database says of its numbers and tickets now."""
    people = given.reading.people
    named = {one.ticket for one in people if one.ticket}

    async def question(connection: AsyncConnection) -> tuple[frozenset[str], Mapping[str, int]]:
        unwilling = await do_not_call.on_it(connection, [one.identity for one in people])
        return unwilling, await ticket_queries.ids_of(connection, named)

    unwilling, tickets = await asking.ask(question)
    lost = [one for one in people if one.ticket and one.ticket not in tickets]
    faults = [Fault(one.line, InRow.NO_SUCH_TICKET, one.ticket) for one in lost]
    reading = replace(
        given.reading,
        people=[one for one in people if not one.ticket or one.ticket in tickets],
        faults=sorted([*given.reading.faults, *faults], key=attrgetter("line")),
    )
    return replace(given, reading=reading, unwilling=unwilling, tickets=tickets)


def _write(folder: Path, wanted: List) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in folder.glob("*.json"):
        if time.time() - path.stat().st_mtime > KEPT_FOR_S:
            path.unlink(missing_ok=True)
    told = {
        "name": wanted.name,
        "reading": import_worker.plain(wanted.reading),
        "unwilling": sorted(wanted.unwilling),
        "tickets": dict(wanted.tickets),
    }
    path = _path(folder, wanted.id)
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    with beside.open("w", encoding="utf-8") as file:
        file.writelines(json.JSONEncoder(ensure_ascii=False).iterencode(told))
    beside.replace(path)


def _read(folder: Path, list_id: str) -> List | None:
    try:
        path = _path(folder, list_id)
        if time.time() - path.stat().st_mtime > KEPT_FOR_S:
            return None
        told = import_worker.loaded(path.read_bytes())
    except (OSError, ValueError):
        return None
    return List(
        id=list_id,
        name=told["name"],
        reading=import_worker.reading_in(told["reading"]),
        unwilling=frozenset(told["unwilling"]),
        tickets=told["tickets"],
    )


def _others(folder: Path, given: List) -> Mapping[str, int]:
    """Return how many people of a list stand in others that wait, by the others' names."""
    mine = {one.identity for one in given.people}
    waiting = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    found: dict[str, int] = {}
    for path in waiting[:OTHERS_LOOKED_AT]:
        other = _read(folder, path.stem) if path.stem != given.id else None
        if other is not None and (count := len(mine & {one.identity for one in other.people})):
            found[other.name or other.id] = count
    return found


def _path(folder: Path, list_id: str) -> Path:
    """Return a list's file. Raises ValueError for what is no id of ours."""
    return folder / f"{UUID(list_id)}.json"
