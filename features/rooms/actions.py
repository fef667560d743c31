"""Changes of the table of rooms (WAK-1); each is on record (SEC-1).

The one door for the page, the API, files and the command line: all run in the caller's transaction.
A room that gets another telephone is woken there: what is on the register for it is moved along.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from dispatch.reachable import has_line, is_emergency, may_ever_ring
from features.audit import log as audit
from features.audit.access import audit_entry
from features.rooms import dialling, table_file
from features.rooms import queries as rooms
from features.rooms.queries import Room
from features.rooms.rules import Entry, Lines, Wrong, WrongEntryError, entry, room_name, taken
from features.rooms.shapes import RoomsReadShape
from features.rooms.table_file import Sheet
from features.wake_ups.unfolding import renumber
from imports import worker as import_worker
from imports.faults import UnreadableError
from settings import Settings
from web.api_models import InputModel, found
from web.current_user import Principal
from web.forms import Says
from web.list_files import Keep, NothingRightError
from web.problems import Refused

LONGEST_TYPED: Final = 40


class NumberInput(InputModel):
    """What is dialled for a room."""

    number: Annotated[
        str, Field(min_length=1, max_length=LONGEST_TYPED), Says("rooms.fault_number")
    ] = Field(examples=["8101"])


FAULTS: Final[Mapping[Wrong, tuple[str, str, str]]] = {
    Wrong.ROOM: (
        "room",
        "rooms.fault_room",
        "A room has digits, Latin letters and dashes, 20 at most.",
    ),
    Wrong.NUMBER: ("number", "rooms.fault_number", "This cannot be dialled: digits, * and # can."),
    Wrong.EMERGENCY: (
        "number",
        "rooms.fault_emergency",
        "This is an emergency number, which no machine rings; give the telephone another one.",
    ),
    Wrong.UNREACHABLE: (
        "number",
        "rooms.fault_unreachable",
        "No line leads there: it is no phone of the house, and no trunk is set.",
    ),
    Wrong.FORBIDDEN: (
        "number",
        "rooms.fault_forbidden",
        "This may never be called from here: see THIRDRING_DIAL_ALLOWED, _EXTENSIONS.",
    ),
    Wrong.TAKEN: ("number", "rooms.fault_taken", "Another room has this number."),
}
"""What is said of each: the field and the words for a person, the sentence for a program."""


async def put(
    connection: AsyncConnection, principal: Principal, settings: Settings, room: str, number: str
) -> Room:
    """Keep what is dialled for a room; what is so already stays, and is no change.

    Raises Refused: 422, or 409 when another room has the number.
    """
    try:
        wanted = entry(room, number, lines_of(settings))
    except WrongEntryError as error:
        raise _refused(error.why) from None
    table = await rooms.table(connection)
    if taken([wanted], table):
        raise _refused([Wrong.TAKEN], 409)
    if table.get(wanted.room) != wanted.number:
        await _keep(connection, principal, [wanted], table)
        seen = audit_entry(principal, "room.saved", wanted.room, wanted.number)
        await audit.note(connection, seen)
    return found(await rooms.one(connection, wanted.room), "room")


async def remove(connection: AsyncConnection, principal: Principal, room: str) -> None:
    """Take a room off the table. What is registered for it is called as it was. Raises Refused."""
    name = room_name(room)
    number = await rooms.take_off(connection, name) if name else ""
    if not number:
        said = "This room is not in the table."
        raise Refused(404, said, faults={"room": "rooms.fault_gone"})
    await audit.note(connection, audit_entry(principal, "room.removed", name, number))


async def looked_at(content: bytes, asking: RequestDatabase, settings: Settings) -> Sheet:
    """Return what a file says, judged against the table; nothing is kept.

    Raises NothingRightError when no line is right.
    """
    sheet = await read(content, settings)
    return await asking.ask(lambda one: judged(one, sheet))


async def kept(
    content: bytes, principal: Principal, asking: RequestDatabase, settings: Settings, keep: Keep
) -> tuple[Sheet, int]:
    """Keep the lines of a file that are right, all or none; they are judged anew. See `put_all`."""
    sheet = await read(content, settings)
    return await asking.write(lambda one: put_all(one, principal, sheet, keep))


async def read(content: bytes, settings: Settings) -> Sheet:
    """Return what a file says, a text or a workbook."""
    if len(content) > table_file.LARGEST:
        return table_file.too_long()
    try:
        opened = await import_worker.tables(content)
    except UnreadableError as error:
        return table_file.unreadable(error)
    return await asyncio.to_thread(table_file.read, opened, lines_of(settings))


async def put_all(
    connection: AsyncConnection, principal: Principal, sheet: Sheet, keep: Keep
) -> tuple[Sheet, int]:
    """Keep the lines of a file that are right; return the file as judged now, and how many.

    Raises NothingRightError when none is right, or with ALL when one is not: nothing is kept then.
    """
    table = await rooms.table(connection)
    known = await judged(connection, sheet)
    if keep is Keep.ALL and known.wrong:
        raise _nothing_right(known)
    fresh = [each for each in known.entries if table.get(each.room) != each.number]
    await _keep(connection, principal, fresh, table)
    told = f"{len(known.entries)} rooms, {len(fresh)} changed"
    await audit.note(connection, audit_entry(principal, "room.import", "rooms", told))
    return known, len(known.entries)


def lines_of(settings: Settings) -> Lines:
    """Return which numbers a house can ring."""
    return Lines(
        reachable=lambda number: has_line(number, settings),
        is_emergency=lambda number: is_emergency(number, settings),
        may_ever_ring=may_ever_ring(settings),
        canonical=lambda number: dialling.canonical(number, settings),
    )


async def judged(connection: AsyncConnection, sheet: Sheet) -> Sheet:
    """Return a file judged against the table. Raises NothingRightError when no line is right."""
    known = table_file.judged(sheet, await rooms.table(connection))
    if not known.entries:
        raise _nothing_right(known)
    return known


def _nothing_right(sheet: Sheet) -> NothingRightError[Sheet]:
    read, wrong = RoomsReadShape.of(sheet), f"{sheet.wrong} lines"
    return NothingRightError(sheet, read, wrong=wrong, unreadable=sheet.fault is not None)


async def _keep(
    connection: AsyncConnection,
    principal: Principal,
    entries: Sequence[Entry],
    before: Mapping[str, str],
) -> None:
    if not entries:
        return
    await rooms.put(connection, entries, at=datetime.now(UTC), by=principal.signature)
    moves = {each.room: (before.get(each.room, each.room), each.number) for each in entries}
    await renumber(connection, moves)


def _refused(why: Sequence[Wrong], status: int = 422) -> Refused:
    told = [FAULTS[each] for each in why]
    return Refused(status, told[0][2], faults={name: words for name, words, _ in told})
