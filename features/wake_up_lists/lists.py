"""Files of wake-ups at the desk: checked, then kept; a day's table.

Shared by the page and the API.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, recorded
from features.rooms import queries as rooms
from features.wake_up_lists import list_file as wake_file
from features.wake_up_lists.list_file import Sheet
from features.wake_up_lists.shapes import ImportShape
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.house import house_of
from features.wake_ups.register import KnownError, Through
from features.wake_ups.rules import Registration
from imports import worker as import_worker
from imports.faults import UnreadableError
from imports.writing import csv_file
from settings import Settings
from web.current_user import Principal
from web.formats import Formats
from web.list_files import Keep, NothingRightError
from web.problems import Refused
from web.words import said

MOST_OF_A_DAY = 5000
EXPORTED = "wake.export"
IMPORTED = "wake.import"

_HEADS = ("room", "number", "guest", "language", "wall", "zone", "first_day")
_MORE = ("state", "tries", "awake_at", "late_minutes", "proof")


async def looked_at(content: bytes, asking: RequestDatabase, settings: Settings) -> Sheet:
    """Return what a file asks for, its rows judged against the register as it is.

    Raises NothingRightError when no row is right.
    """
    sheet = await _judged(content, asking, settings)
    if not sheet.wishes:
        raise _nothing_right(sheet)
    return sheet


async def kept(
    content: bytes, principal: Principal, asking: RequestDatabase, settings: Settings, keep: Keep
) -> tuple[Sheet, int]:
    """Put the rows that are right on the register, all or none; return how many.

    They are judged anew. Raises NothingRightError when none is right, or with ALL when one is not.
    """
    sheet = await looked_at(content, asking, settings)
    if keep is Keep.ALL and len(sheet.wishes) < len(sheet.rows):
        raise _nothing_right(sheet)
    return sheet, await _kept(sheet.wishes, principal, asking)


def _nothing_right(sheet: Sheet) -> NothingRightError[Sheet]:
    read, wrong = ImportShape.of(sheet), f"{len(sheet.rows) - len(sheet.wishes)} rows"
    return NothingRightError(sheet, read, wrong=wrong, unreadable=sheet.fault is not None)


async def _judged(content: bytes, asking: RequestDatabase, settings: Settings) -> Sheet:
    now = datetime.now(UTC)
    house = house_of(settings, now, await asking.ask(rooms.table))
    try:
        opened = await import_worker.tables(content)
    except UnreadableError as error:
        return wake_file.unreadable(error)
    sheet = await asyncio.to_thread(wake_file.read_sheets, opened, house)
    if sheet.fault:
        return sheet
    known = await asking.ask(partial(wake_register.known_keys, wanted=sheet.wishes, now=now))
    return wake_file.without(sheet, known)


async def _kept(
    wishes: Sequence[Registration], principal: Principal, asking: RequestDatabase
) -> int:
    now = datetime.now(UTC)

    async def keep(connection: AsyncConnection) -> None:
        await wake_register.register_all(
            connection,
            wishes,
            made_by=principal.account_id,
            now=now,
            through=Through.FILE,
        )
        await audit.note(connection, audit_entry(principal, IMPORTED, "register", f"{len(wishes)}"))

    try:
        await asking.write(keep)
    except KnownError as error:
        raise Refused(409, f"{error.wanted.room} was registered meanwhile; look again.") from None
    return len(wishes)


async def day_of(
    day: date, principal: Principal, asking: RequestDatabase, settings: Settings, language: Language
) -> bytes:
    """Return the wake-ups of a day of the house as CSV; that it was asked for is on record."""
    since = datetime.combine(day, time(), settings.zone)
    until = datetime.combine(day + timedelta(days=1), time(), settings.zone)
    await recorded(asking, audit_entry(principal, EXPORTED, f"{day}"))
    rows = await asking.ask(
        lambda connection: wake_ups.due_between(connection, since, until, limit=MOST_OF_A_DAY)
    )
    t = said(language)
    heads = [t(f"wake.col_{name}") for name in (*_HEADS, *_MORE)]
    show = Formats(settings.zone, principal.role)
    return csv_file([heads, *_table(rows, show, t)])


def _table(
    rows: Sequence[wake_ups.WakeUpView], show: Formats, t: Callable[[str], str]
) -> Iterator[list[object]]:
    for row in rows:
        there = Formats(ZoneInfo(row.zone), show.role)
        wake_up = row.wake_up
        late = wake_up.late_s
        yield [
            show.text(row.room),
            show.number(wake_up.number),
            show.name(row.guest),
            row.language,
            there.clock(wake_up.due)[:5],
            row.zone,
            row.day,
            t(f"wake.state_{wake_up.state}"),
            wake_up.tries,
            there.clock(wake_up.awake_at) if wake_up.awake_at else "",
            "" if late is None else int(late // 60),
            t(f"wake.proof_{wake_up.proof}") if wake_up.proof else "",
        ]
