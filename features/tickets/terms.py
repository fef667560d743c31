"""What tickets are found by, kept beside each with every write of it (TKT-14, ADR 30).

The terms say what stands in the ticket's texts, its customer's number piece by piece, its state,
kind and so on, and who talked in its call. They are made of the rows as they are, never by hand.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import finding
from db.bulk import chunks, table_of
from db.sought import folded
from db.terms import pieces, stretches, term
from features.calls.references import CALL_AGENT
from features.tickets.lifecycle import OPEN_STATES, TicketState
from features.tickets.tables import TicketRow, TicketTermsRow
from phone_numbers.masking import masked_name, masked_number, masked_text

TEXTS: Final = ("number", "business", "nature", "department", "body", "answer", "cause", "handling")
"""Fields in which words are looked for."""
CUSTOMER: Final = ("customer_name", "customer_number", "customer_identity")
"""Fields that say who it is; words are looked for there too."""
CHOSEN: Final = ("kind", "state", "handler", "department")
"""Fields of which one value is asked for."""
_TABLE: Final = table_of(TicketTermsRow)


def of_row(row: Mapping[str, Any] | RowMapping, agents: Iterable[str]) -> list[int]:
    """Return the terms of a ticket's row; `agents` talked in its call."""
    texts = [row[name] or "" for name in (*TEXTS, *CUSTOMER)]
    words = (word for text in texts for word in folded(text).split())
    found = pieces(words) | stretches(row["id"])
    found |= {term(name, row[name]) for name in CHOSEN if row[name]}
    found |= {term("agent", agent) for agent in agents if agent}
    if row["customer_identity"]:
        found.add(term("customer", row["customer_identity"]))
    if row["call_id"]:
        found.add(term("call", row["call_id"]))
    if row["left_at"] is not None and row["department"]:
        found.add(term("left_for", row["department"]))
    found |= {term("is", name) for name in ("urgent", "to_review") if row[name]}
    found |= {term("is not", name) for name in ("urgent", "to_review") if not row[name]}
    if TicketState(row["state"]) in OPEN_STATES:
        found.add(term("is", "open"))
    return sorted(found)


def says(row: RowMapping, words: Iterable[str], *, whole_numbers: bool) -> bool:
    """Tell whether a ticket says each of these folded words, as somebody sees it (SEC-2)."""
    texts = [row[name] or "" for name in TEXTS]
    name, number, identity = (row[each] for each in CUSTOMER)
    if not whole_numbers:
        texts = [row["number"], *(masked_text(text) for text in texts[1:])]
        name, number, identity = masked_name(name), masked_number(number), ""
    text = folded("\n".join([*texts, name, number, identity]))
    return all(word in text for word in words)


async def keep(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Make the terms of these tickets anew (in the caller's transaction)."""
    for some in chunks(ids):
        # locked: what somebody saves meanwhile must not be made of what it said before
        these = select(TicketRow.__table__).where(TicketRow.id.in_(some)).order_by(TicketRow.id)
        query = these.with_for_update()
        rows = (await connection.execute(query)).mappings().all()
        talked = await _agents(connection, {row["call_id"] for row in rows} - {None})
        fresh = {row["id"]: of_row(row, talked.get(row["call_id"], ())) for row in rows}
        await finding.keep(connection, _TABLE, fresh)


async def keep_of_calls(connection: AsyncConnection, call_ids: Collection[str]) -> None:
    """Make the terms of the tickets of these calls anew: others talked in them."""
    for some in chunks(call_ids):
        found = await connection.execute(select(TicketRow.id).where(TicketRow.call_id.in_(some)))
        await keep(connection, found.scalars().all())


def by_agent(agent: str) -> Any:
    """Return what is so for the tickets in whose call somebody talked; looked at row by row."""
    talked = CALL_AGENT.c
    theirs = select(talked.call_id).where(
        talked.call_id == TicketRow.call_id, talked.agent == agent
    )
    return theirs.exists()


async def _agents(
    connection: AsyncConnection, call_ids: Collection[str]
) -> Mapping[str, Collection[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for some in chunks(call_ids):
        talked = CALL_AGENT.c
        query = select(talked.call_id, talked.agent).where(talked.call_id.in_(some))
        for call_id, agent in await connection.execute(query):
            found[call_id].add(agent)
    return found
