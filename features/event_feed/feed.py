"""The feed of everything: tickets by their history, customers and callbacks by `feed_events`.

All have their places from one counter, given one transaction after another (`tickets/feed.py`), so
who has read up to a place has read all that ever stands before it, whatever it is about (ADR 32).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks import queries as callbacks
from features.callbacks.queries import Callback
from features.customers import queries as customers
from features.customers.known import Customer
from features.event_feed.kinds import OF, About, about
from features.event_feed.tables import FeedEventRow
from features.tickets import feed as tickets

KINDS: Final = (*tickets.KINDS, *OF)
"""What can have happened."""
ALL: Final = frozenset(About)
_OURS: Final = UUID("2a0b4c1e-8d53-5f0a-9a77-6d0f4c9be321")
"""Names of events are drawn from this and from what they tell of."""

last_place = tickets.last_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened."""

    place: int
    """Where it stands; the next one has a higher place."""
    id: str
    """The same however often it is read or sent, also after a restore."""
    kind: str
    at: datetime
    about: About
    ticket: str | None = None
    """The ticket's number; of a callback the one that it is about."""
    ticket_kind: str | None = None
    customer: int | None = None
    """The customer's id."""
    callback: int | None = None
    """The callback's id."""
    customer_number: str | None = None
    """Of a customer or a callback, as it is now; None: it is gone."""
    due_at: datetime | None = None
    """Of a callback, as it is now."""
    version: int = 0
    before: str = ""
    after: str = ""
    via: str = ""
    call_id: str | None = None
    order_number: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    number: str | None = None
    label: str | None = None


async def number_new(connection: AsyncConnection) -> int:
    """Give places to events that have none; return how many. The transaction must write."""
    of_tickets = await tickets.number_new(connection)
    return of_tickets + await tickets.number_rows(connection, FeedEventRow)


async def has_new(connection: AsyncConnection) -> bool:
    """Tell whether there are events without a place."""
    if await tickets.has_new(connection):
        return True
    query = select(FeedEventRow.id).where(FeedEventRow.place.is_(None)).limit(1)
    return (await connection.execute(query)).first() is not None


async def events(
    connection: AsyncConnection,
    *,
    after: int,
    kinds: Collection[str] = (),
    ticket: str | None = None,
    limit: int,
    of: Collection[About] = ALL,
) -> tuple[Sequence[Event], int]:
    """Return events behind a place, oldest first, and the place up to which all was looked at.

    No `kinds`: every kind. `of` is what may be looked at; `ticket`: only this one's own history.
    """
    last = await last_place(connection)  # what gets a place meanwhile is read next time
    found: list[Event] = []
    theirs = [kind for kind in kinds if about(kind) is About.TICKET]
    if About.TICKET in of and (theirs or not kinds):
        some, _ = await tickets.events(
            connection, after=after, upto=last, kinds=theirs, ticket=ticket, limit=limit
        )
        found += [Event(about=About.TICKET, **asdict(each)) for each in some]
    if ticket is None and (ours := _ours(kinds, of)):
        query = _behind(select(FeedEventRow.__table__), after, ours)
        query = query.where(FeedEventRow.place <= last).order_by(FeedEventRow.place).limit(limit)
        rows = (await connection.execute(query)).mappings().all()
        found += await _told(connection, rows)
    found = sorted(found, key=lambda each: each.place)[:limit]
    return found, found[-1].place if len(found) == limit else max(last, after)


async def waiting(
    connection: AsyncConnection, *, after: int, kinds: Collection[str], most: int
) -> int:
    """Return how many events stand behind a place, `most` at most."""
    theirs = [kind for kind in kinds if about(kind) is About.TICKET]
    count = 0
    if theirs or not kinds:
        count = await tickets.waiting(connection, after=after, kinds=theirs, most=most)
    if ours := _ours(kinds, ALL):
        some = _behind(select(FeedEventRow.id), after, ours).limit(most).subquery()
        counted = select(func.count()).select_from(some)
        count += int((await connection.execute(counted)).scalar_one())
    return min(count, most)


def _ours(kinds: Collection[str], of: Collection[About]) -> list[str]:
    """Return the wanted kinds that are not a ticket's, of what may be looked at."""
    return [kind for kind in OF if OF[kind] in of and (not kinds or kind in kinds)]


def _behind(query: Select[Any], after: int, kinds: Collection[str]) -> Select[Any]:
    row = FeedEventRow
    query = query.where(row.place > 0, row.place > after)
    return query if len(kinds) == len(OF) else query.where(row.what.in_(sorted(kinds)))


async def _told(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[Event]:
    """Return rows as events, with what their subjects are now."""
    ids: dict[About, set[int]] = {each: set() for each in About}
    for row in rows:
        ids[about(row["what"])].add(row["subject_id"])
    known = await customers.some(connection, ids[About.CUSTOMER])
    calls = await callbacks.some(connection, ids[About.CALLBACK])
    return [_event_in(row, known, calls) for row in rows]


def _event_in(
    row: RowMapping, known: Mapping[int, Customer], calls: Mapping[int, Callback]
) -> Event:
    subject, is_about = row["subject_id"], about(row["what"])
    facts = f"{row['place']} {row['id']} {row['at'].isoformat()} {row['what']} {subject}"
    plain = {name: row[name] for name in ("place", "at", "version", "before", "after", "said")}
    more: dict[str, Any] = {}
    if is_about is About.CUSTOMER and subject:
        customer = known.get(subject)
        more = {"customer": subject, "customer_number": customer.number if customer else None}
    elif is_about is About.CALLBACK:
        call = calls.get(subject)
        more = {"callback": subject}
        if call is not None:
            number = call.number or None
            more |= {"customer_number": number, "due_at": call.due_at, "ticket": call.ticket}
            more |= {"call_id": call.call_id}
    return Event(id=str(uuid5(_OURS, facts)), kind=row["what"], about=is_about, **plain, **more)
