"""The feed of what happens to tickets: their entries, in an order that is never added to behind.

An id is drawn before its transaction ends, so a lower id may come to be seen after a higher one,
and who reads on from the higher one misses it. So one at a time gives places to entries that are
committed (`number_new`): it holds the row of the last place until it has committed itself. Who
reads up to a place has read everything that will ever stand before it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import RowMapping, Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from features.accounts.references import PERSON, TOKEN
from features.ticket_life.verbs import Verb
from features.tickets import history
from features.tickets.tables import TicketEntryRow, TicketFeedRow, TicketRow

AT_ONCE: Final = 500
"""Entries that get their places in one transaction."""
KINDS: Final = (
    history.OPENED,
    history.CHANGED,
    history.WARNED,
    history.OVERDUE,
    *(verb.value for verb in Verb),
)
"""What can have happened."""
_OURS: Final = UUID("5f0e6a5e-6f0b-5b1d-9c39-2d6f1c1c0b0e")
"""Names of events are drawn from this and from what they tell of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a ticket."""

    place: int
    """Where it stands; the next one has a higher place."""
    id: str
    """The same however often it is read or sent, also after a restore."""
    kind: str
    at: datetime
    ticket: str
    """The ticket's number."""
    ticket_kind: str
    version: int
    before: str
    after: str
    via: str
    call_id: str | None
    order_number: str | None
    said: Mapping[str, Any]
    number: str | None
    """Account number of who did it."""
    label: str | None
    """Of the program that did it."""


async def number_new(connection: AsyncConnection) -> int:
    """Give places to entries that have none; return how many. The transaction must write.

    Whoever comes second waits for the first one's end.
    """
    return await number_rows(connection, TicketEntryRow)


async def number_rows(connection: AsyncConnection, entry: Any) -> int:
    """Give places to rows of a table of events (`id`, `place`) that have none, as `number_new`."""
    waiting = select(entry.id).where(entry.place.is_(None)).order_by(entry.id).limit(AT_ONCE)
    last = (await connection.execute(select(TicketFeedRow.last).with_for_update())).scalar_one()
    ids = (await connection.execute(waiting)).scalars().all()
    if not ids:
        return 0
    table = table_of(entry)
    await connection.execute(
        update(table).where(table.c.id == bindparam("of")).values(place=bindparam("there")),
        [{"of": key, "there": last + after} for after, key in enumerate(ids, 1)],
    )
    await connection.execute(update(TicketFeedRow).values(last=last + len(ids)))
    return len(ids)


async def has_new(connection: AsyncConnection) -> bool:
    """Tell whether there are entries without a place."""
    query = select(TicketEntryRow.id).where(TicketEntryRow.place.is_(None)).limit(1)
    return (await connection.execute(query)).first() is not None


async def last_place(connection: AsyncConnection) -> int:
    """Return the place of the newest event."""
    return int((await connection.execute(select(TicketFeedRow.last))).scalar_one())


async def events(
    connection: AsyncConnection,
    *,
    after: int,
    kinds: Collection[str] = (),
    ticket: str | None = None,
    limit: int,
    upto: int | None = None,
) -> tuple[Sequence[Event], int]:
    """Return events behind a place, oldest first, and the place up to which all was looked at.

    No `kinds`: every kind. `upto`: none behind that place.
    """
    last = await last_place(connection)  # before the events: what comes meanwhile is read next time
    row = TicketEntryRow
    query = (
        select(
            row.__table__,
            TicketRow.number.label("ticket"),
            TicketRow.kind.label("ticket_kind"),
            PERSON.c.number,
            TOKEN.c.label,
        )
        .select_from(row)
        .join(TicketRow, TicketRow.id == row.ticket_id)
        .outerjoin(PERSON, PERSON.c.id == row.account_id)
        .outerjoin(TOKEN, TOKEN.c.id == row.token_id)
        .order_by(row.place)
        .limit(limit)
    )
    if ticket is not None:
        query = query.where(TicketRow.number == ticket)
    if upto is not None:
        query = query.where(row.place <= upto)
    query = _behind(query, after, kinds)
    found = [_event_in(each) for each in (await connection.execute(query)).mappings()]
    if len(found) == limit:
        return found, found[-1].place
    return found, max([last, after, *(each.place for each in found)])


async def waiting(
    connection: AsyncConnection, *, after: int, kinds: Collection[str], most: int
) -> int:
    """Return how many events stand behind a place, `most` at most."""
    some = _behind(select(TicketEntryRow.id), after, kinds).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(some))).scalar_one())


def _behind(query: Select[Any], after: int, kinds: Collection[str]) -> Select[Any]:
    row = TicketEntryRow
    query = query.where(row.place > 0, row.place > after)
    return query.where(row.what.in_(sorted(kinds))) if kinds else query


def _event_in(row: RowMapping) -> Event:
    facts = f"{row['place']} {row['id']} {row['at'].isoformat()} {row['ticket']} {row['what']}"
    told = {name: row[name] for name in Event.__slots__ if name not in {"id", "kind", "ticket"}}
    named = str(uuid5(_OURS, facts))
    return Event(id=named, kind=row["what"], ticket=row["ticket"] or "", **told)
