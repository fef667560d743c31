"""Contacts of campaigns as rows: who is due, what an event makes of one, all results.

What follows from an event is `features.campaigns.contact`'s to decide; here the row is locked,
changed and kept, in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    bindparam,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from db.bulk import written
from dispatch.attempts import Attempt
from dispatch.tables import AttemptRow
from features.campaigns.contact import BEING_CALLED, REACHED, Contact, ContactState
from features.campaigns.lifecycle import CampaignState
from features.campaigns.tables import WAS_CALLED, CampaignContactRow, CampaignRow
from features.do_not_call import queries as do_not_call

PURPOSE = "campaign"
CHUNK = 1000
"""Rows that are read at once when all of a campaign are wanted."""

_STATE = tuple(each.name for each in fields(Contact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is to be called."""

    position: int
    """The row's place in the list that was read, from 1."""
    number: str
    """As it is shown: digits, or a phone of the house."""
    identity: str
    """What it is known by, as a customer's is."""
    name: str = ""
    language: str = "zh"
    zone: str = ""
    """Empty: the campaign's."""
    ticket_id: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Other columns of the list."""


_PERSON = tuple(each.name for each in fields(Person))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """One person of a campaign, and how far we are."""

    id: int
    campaign_id: int
    person: Person
    contact: Contact


async def add(
    connection: AsyncConnection, campaign_id: int, people: Sequence[Person], *, due: datetime
) -> None:
    """Keep people of a campaign, to be called from `due` on when it runs."""
    begun = columns_of(Contact(next_at=due)) | {"campaign_id": campaign_id}
    rows = [begun | {name: getattr(one, name) for name in _PERSON} for one in people]
    await written(connection, _table(), rows)


async def copy(
    connection: AsyncConnection, source: int, to: int, *, due: datetime, unreached: bool
) -> None:
    """Copy the people of one campaign into another, in one statement."""
    table = _table()
    fresh = columns_of(Contact(next_at=due)) | {"campaign_id": to}
    taken = select(
        *(table.c[name] for name in _PERSON),
        *(literal(value, table.c[name].type) for name, value in fresh.items()),
    ).where(table.c.campaign_id == source, table.c.number != "")  # not who was erased
    taken = taken.order_by(table.c.position)  # who was called first is called first again
    if unreached:
        taken = taken.where(table.c.result.not_in([result.value for result in REACHED]))
    await connection.execute(insert(table).from_select([*_PERSON, *fresh], taken))


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody who is due, and whether the number must not be rung."""

    shown: ContactView
    unwilling: bool


async def claim(
    connection: AsyncConnection, campaign_id: int, *, until: datetime, limit: int
) -> Sequence[Claimed]:
    """Return who of a campaign is due by `until`, locked for whoever asked.

    Those who are to be called again come first, or "in ten minutes" would mean behind everybody
    who was never called; then the longest due. The transaction in which it is asked for must also
    `keep` each of them.
    """
    again = await _due(connection, campaign_id, WAS_CALLED, until=until, limit=limit)
    left = limit - len(again)
    return [*again, *await _due(connection, campaign_id, ~WAS_CALLED, until=until, limit=left)]


async def of_ids(connection: AsyncConnection, wanted: Collection[int]) -> dict[int, ContactView]:
    """Return people by id, locked until the transaction ends."""
    found = await connection.execute(
        select(_table())
        .where(CampaignContactRow.id.in_(wanted))
        .order_by(CampaignContactRow.id)
        .with_for_update()
    )
    return {row["id"]: _shown(row) for row in found.mappings()}


async def keep(connection: AsyncConnection, changed: Mapping[int, Contact]) -> None:
    """Keep contacts, by id, as they are now."""
    if changed:
        table = _table()
        known = update(table).where(table.c.id == bindparam("this"))
        rows = [{"this": key} | columns_of(each) for key, each in changed.items()]
        await connection.execute(known.values({name: bindparam(name) for name in _STATE}), rows)


def columns_of(contact: Contact) -> dict[str, Any]:
    """Return the columns of a contact's own state."""
    columns = {name: getattr(contact, name) for name in _STATE}
    return columns | {
        "state": contact.state.value,
        "result": contact.result.value,
        "answers": dict(contact.answers),
    }


async def not_to_call(connection: AsyncConnection, wanted: Collection[int]) -> Sequence[int]:
    """Return which of these are not to be called any more, and have not answered yet.

    Their campaign was stopped, or their number has come on the do-not-call list meanwhile.
    """
    attempt = AttemptRow
    answered = (
        select(literal(1))
        .where(
            attempt.purpose == PURPOSE,
            attempt.subject_id == CampaignContactRow.id,
            attempt.ended_at.is_(None),
            attempt.answered_at.is_not(None),
        )
        .correlate(CampaignContactRow)
        .exists()
    )
    found = await connection.execute(
        select(CampaignContactRow.id, CampaignContactRow.identity, CampaignRow.state)
        .join(CampaignRow, CampaignRow.id == CampaignContactRow.campaign_id)
        .where(CampaignContactRow.id.in_(wanted), ~answered)
    )
    rows = found.all()
    unwilling = await do_not_call.on_it(connection, {row.identity for row in rows})
    stopped = CampaignState.STOPPED.value
    return [row.id for row in rows if row.state == stopped or row.identity in unwilling]


async def postpone(
    connection: AsyncConnection, campaign_id: int, *, zone: str, until: datetime, to: datetime
) -> None:
    """Have those of a campaign in a zone who are due by `until` wait, some thousands at a time."""
    contact = CampaignContactRow
    due = (
        select(contact.id)
        .where(contact.campaign_id == campaign_id, contact.next_at <= until, contact.zone == zone)
        .order_by(contact.next_at, contact.id)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    await connection.execute(update(contact).where(contact.id.in_(due)).values(next_at=to))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """Which people of a campaign."""

    campaign_id: int
    states: frozenset[ContactState] = frozenset()
    """Empty: all."""
    results: frozenset[Result] = frozenset()


async def listed(
    connection: AsyncConnection, wanted: ContactFilter, *, after: int = 0, limit: int = 100
) -> Sequence[ContactView]:
    """Return people of a campaign in the order of the list, from behind a position on."""
    query = _of(wanted).where(CampaignContactRow.position > after)
    found = await connection.execute(query.order_by(CampaignContactRow.position).limit(limit))
    return [_shown(row) for row in found.mappings()]


async def every(connection: AsyncConnection, wanted: ContactFilter) -> AsyncIterator[ContactView]:
    """Yield all wanted people of a campaign, in the order of the list, some thousand in memory."""
    after = 0
    while rows := await listed(connection, wanted, after=after, limit=CHUNK):
        for row in rows:
            yield row
        after = rows[-1].person.position


async def one(connection: AsyncConnection, contact_id: int) -> ContactView | None:
    """Return one person of a campaign."""
    found = await connection.execute(select(_table()).where(CampaignContactRow.id == contact_id))
    row = found.mappings().one_or_none()
    return None if row is None else _shown(row)


async def of_ticket(
    connection: AsyncConnection, ticket_id: int, *, limit: int = 50
) -> Sequence[ContactView]:
    """Return the calls back about a ticket, the newest first (TKT-11)."""
    return await _newest(connection, CampaignContactRow.ticket_id == ticket_id, limit)


async def tally(connection: AsyncConnection, campaign_id: int) -> Mapping[str, Mapping[str, int]]:
    """Return how often each key was the answer, by question: what a chart shows."""
    counts: dict[str, dict[str, int]] = {}
    async for shown in every(connection, ContactFilter(campaign_id=campaign_id)):
        for question, key in shown.contact.answers.items():
            of_question = counts.setdefault(question, {})
            of_question[key] = of_question.get(key, 0) + 1
    return counts


async def forgotten(connection: AsyncConnection, *, limit: int = 500) -> Sequence[int]:
    """Return who counts as being called, though no attempt for them is open."""
    contact, attempt = CampaignContactRow, AttemptRow
    is_open = (
        select(literal(1))
        .where(
            attempt.purpose == PURPOSE, attempt.subject_id == contact.id, attempt.ended_at.is_(None)
        )
        .correlate(contact)
        .exists()
    )
    campaigns = select(CampaignRow.id)  # few, so that an index of the people can be used
    found = await connection.execute(
        select(contact.id)
        .where(
            contact.campaign_id.in_(campaigns), contact.state.in_(sorted(BEING_CALLED)), ~is_open
        )
        .limit(limit)
    )
    return found.scalars().all()


async def last_attempts(
    connection: AsyncConnection, wanted: Collection[int]
) -> Mapping[int, Attempt]:
    """Return the last attempt for each of these, by id: for its recording."""
    names = [each.name for each in fields(Attempt)]
    found = await connection.execute(
        select(*(getattr(AttemptRow, name) for name in names))
        .where(AttemptRow.purpose == PURPOSE, AttemptRow.subject_id.in_(wanted))
        .order_by(AttemptRow.subject_id, AttemptRow.seq)
    )
    return {row["subject_id"]: Attempt(**row) for row in found.mappings()}


def _table() -> Table:
    table = CampaignContactRow.__table__
    assert isinstance(table, Table)
    return table


def _of(wanted: ContactFilter) -> Select[Any]:
    contact = CampaignContactRow
    query = select(_table()).where(contact.campaign_id == wanted.campaign_id)
    if wanted.states:
        query = query.where(contact.state.in_([state.value for state in wanted.states]))
    if wanted.results:
        query = query.where(contact.result.in_([result.value for result in wanted.results]))
    return query


async def _due(
    connection: AsyncConnection,
    campaign_id: int,
    which: ColumnElement[bool],
    *,
    until: datetime,
    limit: int,
) -> Sequence[Claimed]:
    if limit <= 0:
        return []
    contact = CampaignContactRow
    found = await connection.execute(
        select(_table())
        .where(contact.campaign_id == campaign_id, contact.next_at <= until, which)
        .order_by(contact.next_at, contact.id)
        .limit(limit)
        .with_for_update(of=_table(), skip_locked=True)
    )
    rows = found.mappings().all()
    unwilling = await do_not_call.on_it(connection, {row["identity"] for row in rows})
    return [Claimed(_shown(row), row["identity"] in unwilling) for row in rows]


async def _newest(connection: AsyncConnection, which: Any, limit: int) -> Sequence[ContactView]:
    query = select(_table()).where(which).order_by(CampaignContactRow.id.desc()).limit(limit)
    return [_shown(row) for row in (await connection.execute(query)).mappings()]


def _shown(row: RowMapping) -> ContactView:
    state: dict[str, Any] = {name: row[name] for name in _STATE}
    state |= {"state": ContactState(row["state"]), "result": Result(row["result"])}
    return ContactView(
        id=row["id"],
        campaign_id=row["campaign_id"],
        person=Person(**{name: row[name] for name in _PERSON}),
        contact=Contact(**state),
    )
