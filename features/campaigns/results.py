"""Results of campaigns: of a customer, of a ticket, by time (CBK-3).

All of it only reads, in the caller's transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Kind, Question, Result, questions_in
from features.campaigns.contact import BEING_CALLED, OVER, ContactState
from features.campaigns.lifecycle import CampaignState
from features.campaigns.tables import WAS_CALLED, CampaignContactRow, CampaignRow
from features.tickets import queries as tickets

AT_ONCE = 500
"""Values in one question; SQLite allows a limited number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of one person in one campaign."""

    campaign_id: int
    campaign: str
    """The campaign's name."""
    kind: Kind
    questions: Sequence[Question]
    ticket_id: int | None
    number: str
    state: ContactState
    result: Result
    answers: Mapping[str, str]
    tries: int
    ended_at: datetime | None


async def of_number(
    connection: AsyncConnection, identity: str, *, limit: int = 20
) -> Sequence[Came]:
    """Return what came of a customer in all campaigns, the newest first (CBK-4)."""
    query = _came().where(CampaignContactRow.identity == identity)
    return await _found(connection, query.order_by(CampaignContactRow.id.desc()).limit(limit))


async def of_tickets(
    connection: AsyncConnection, ticket_ids: Collection[int], *, limit: int = 200
) -> Mapping[int, Sequence[Came]]:
    """Return the calls about some tickets, the newest first, by the ticket's id (TKT-11)."""
    query = _came().where(CampaignContactRow.ticket_id.in_(list(ticket_ids)[:AT_ONCE]))
    found: dict[int, list[Came]] = {}
    for one in await _found(connection, query.order_by(CampaignContactRow.id.desc()).limit(limit)):
        if one.ticket_id is not None:
            found.setdefault(one.ticket_id, []).append(one)
    return found


async def of_ticket_numbers(
    connection: AsyncConnection, numbers: Collection[str]
) -> Mapping[str, Sequence[Came]]:
    """Return the calls about some tickets, the newest first, by the ticket's number (TKT-11)."""
    if not numbers:
        return {}
    ids = await tickets.ids_of(connection, numbers)
    came = await of_tickets(connection, ids.values())
    return {number: came[key] for number, key in ids.items() if key in came}


async def ended_since(
    connection: AsyncConnection, campaign_ids: Collection[int], since: datetime
) -> Mapping[int, int]:
    """Return with how many people of each campaign we were done since a moment."""
    contact = CampaignContactRow
    rows = await connection.execute(
        select(contact.campaign_id, func.count())
        .where(
            contact.campaign_id.in_(campaign_ids),
            contact.state.in_([state.value for state in OVER]),
            contact.ended_at >= since,
        )
        .group_by(contact.campaign_id)
    )
    return dict(rows.all())


async def tally(connection: AsyncConnection, campaign_id: int) -> Mapping[str, Mapping[str, int]]:
    """Return how often each key was the answer, by question: what a chart shows."""
    contact = CampaignContactRow
    each = func.json_each if connection.dialect.name == "sqlite" else func.json_each_text
    answer = each(contact.answers).table_valued("key", "value")
    rows = await connection.execute(
        select(answer.c.key, answer.c.value, func.count())
        .select_from(contact)
        .join(answer, true())
        .where(contact.campaign_id == campaign_id)
        .group_by(answer.c.key, answer.c.value)
        .order_by(answer.c.key, answer.c.value)
    )
    counts: dict[str, dict[str, int]] = {}
    for question, key, count in rows:
        counts.setdefault(question, {})[str(key)] = count
    return counts


async def last_again(
    connection: AsyncConnection, campaign_ids: Collection[int]
) -> Mapping[int, datetime]:
    """Return when the last of those who are to be called again is, by campaign; absent: nobody
    is.
    """
    contact = CampaignContactRow
    found = await connection.execute(
        select(contact.campaign_id, func.max(contact.next_at))
        .where(contact.campaign_id.in_(campaign_ids), contact.next_at.is_not(None), WAS_CALLED)
        .group_by(contact.campaign_id)
    )
    return {key: at for key, at in found if at is not None}


Snapshot = Sequence[tuple[int, str, int, int]]
"""Of each campaign that is not over: id, state, how many are done with, how many are being
called.
"""


async def snapshot(connection: AsyncConnection, *, since: datetime) -> Snapshot:
    """Return what moves on open pages: campaigns that are not over, or have ended since a
    moment.
    """
    contact, row = CampaignContactRow, CampaignRow
    lives = row.state.in_([CampaignState.RUNNING.value, CampaignState.PAUSED.value])
    found = await connection.execute(
        select(row.id, row.state, contact.state, func.count())
        .join(contact, contact.campaign_id == row.id)
        .where(lives | (row.ended_at >= since))
        .group_by(row.id, row.state, contact.state)
        .order_by(row.id)
    )
    counted: dict[int, tuple[str, int, int]] = {}
    for key, state, of_job, count in found:
        _, over, calling = counted.get(key, (state, 0, 0))
        over += count if of_job in OVER else 0
        calling += count if of_job in BEING_CALLED else 0
        counted[key] = state, over, calling
    return [(key, *rest) for key, rest in counted.items()]


def _came() -> Select[Any]:
    contact, row = CampaignContactRow, CampaignRow
    columns: Sequence[Any] = (
        *(
            contact.campaign_id,
            contact.ticket_id,
            contact.number,
            contact.state,
            contact.result,
            contact.answers,
        ),
        *(contact.tries, contact.ended_at, row.name.label("campaign"), row.kind, row.script),
    )
    return select(*columns).join(row, row.id == contact.campaign_id)


async def _found(connection: AsyncConnection, query: Select[Any]) -> Sequence[Came]:
    return [
        Came(
            campaign_id=row["campaign_id"],
            campaign=row["campaign"],
            kind=Kind(row["kind"]),
            questions=questions_in(row["script"]),
            ticket_id=row["ticket_id"],
            number=row["number"],
            state=ContactState(row["state"]),
            result=Result(row["result"]),
            answers=row["answers"],
            tries=row["tries"],
            ended_at=row["ended_at"],
        )
        for row in (await connection.execute(query)).mappings()
    ]
