"""Finds tickets by words, pieces of numbers, and several things at once (TKT-14, ADR 30).

The terms kept beside the tickets (`terms.py`) name those that may be meant, the newest first; the
rows themselves say which are. How long that takes depends on what is found, not on how many
tickets there are.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import finding
from db import terms as kept
from db.bulk import table_of
from db.paging import Page, column_of
from db.sought import words_of
from features.tickets import rows, terms
from features.tickets.lifecycle import Ticket
from features.tickets.tables import TicketRow, TicketTermsRow
from features.tickets.wanted import TicketFilter
from permissions.roles import Role, may_ask_for, sees_numbers
from permissions.scopes import Reach, Scope
from phone_numbers.phone_number import phone_number, significant
from phone_numbers.plan import NumberPlan

SKEW: Final = 1000
"""Rows by which the order of keys may differ from that of times: two open a ticket at once."""
SHORTEST_PIECE: Final = 3
_DIGITS: Final = re.compile(r"^\+?[\d ()/.-]+$")
_TABLE: Final = table_of(TicketTermsRow)


def by_terms(wanted: TicketFilter, reach: Reach) -> bool:
    """Tell whether these tickets are found by their terms: one index of a column is not enough."""
    if words_of(wanted.words) or wanted.piece or wanted.agent:
        return True
    if wanted.call_id or wanted.ref or wanted.customer_number or wanted.customer_identities:
        return False  # few rows by themselves
    if wanted.overdue_at is not None:
        return False
    alone = (wanted.handler, wanted.department, wanted.state)
    chosen = sum(one is not None for one in alone)
    chosen += sum(one is True for one in (wanted.to_review, wanted.urgent))
    others = wanted.kind is not None or wanted.open_only
    others |= wanted.to_review is False or wanted.urgent is False
    return others or chosen > 1 or not reach.whole


def box(text: str, plan: NumberPlan, role: Role) -> dict[str, Any]:
    """Return what a box for everything asks for: words, a number in any form, a piece of one.

    Who may not see numbers finds nothing by them; an inspector a whole one (QA-5).
    """
    asked: dict[str, Any] = {"words": text, "whole_numbers": sees_numbers(role)}
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain.isascii() or not _DIGITS.match(plain):
        return asked
    piece = significant(re.sub(r"[^\d+]", "", plain), plan)
    if len(piece) >= SHORTEST_PIECE and may_ask_for(role, piece):
        asked["or_number"] = phone_number(plain, plan)
        asked["piece"] = piece if sees_numbers(role) else None
    return asked


async def page(
    connection: AsyncConnection,
    query: Select[Any],
    wanted: TicketFilter,
    *,
    reach: Reach,
    limit: int,
    cursor: str | None,
) -> Page[Ticket]:
    """Return a page of tickets that `query` gives, those that were opened last first."""
    before, after = await _between(connection, wanted)
    words = words_of(wanted.words)
    found = await finding.page(
        connection,
        query,
        table=_TABLE,
        order=(column_of(TicketRow.created_at), column_of(TicketRow.id)),
        alternatives=_alternatives(wanted, words, reach),
        fits=lambda row: _fits(row, wanted, words),
        read=rows.ticket_in,
        limit=limit,
        cursor=cursor,
        before=before,
        after=after,
    )
    return Page(_in_order(found.items), found.next)


def _in_order(found: Sequence[Ticket]) -> Sequence[Ticket]:
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def _alternatives(wanted: TicketFilter, words: Sequence[str], reach: Reach) -> finding.Alternatives:
    """Return sets of terms; what is wanted has all of one of them."""
    all_have = {
        kept.term(name, value)
        for name in (*terms.CHOSEN, "agent")
        if (value := getattr(wanted, name)) is not None
    }
    for name in ("urgent", "to_review"):
        if (so := getattr(wanted, name)) is not None:
            all_have.add(kept.term("is" if so else "is not", name))
    if wanted.open_only:
        all_have.add(kept.term("is", "open"))
    if wanted.call_id is not None:
        all_have.add(kept.term("call", wanted.call_id))
    said = [{each for word in words for each in kept.of_word(word)}]
    if wanted.piece:
        said = said if words else []
        said.append(kept.of_word(wanted.piece))
    if wanted.or_number is not None and (known := wanted.or_number.identity):
        said = said if words or wanted.piece else []
        if not wanted.piece or wanted.piece not in known:  # else those with the piece have it too
            said.append({kept.term("customer", known)})
    return [frozenset(all_have | each | whose) for each in said for whose in _within(reach)]


def _within(reach: Reach) -> Sequence[set[int]]:
    """Return the terms of tickets within a reach, as `scoping.within` says it."""
    match reach.scope:
        case Scope.ALL:
            return [set()]
        case Scope.DEPARTMENT if reach.department:
            return [{kept.term("left_for", reach.department)}]
        case Scope.OWN:
            own = [{kept.term("handler", reach.number)}] if reach.number else []
            calls = [{kept.term("call", each)} for each in sorted(reach.serving.calls)]
            customers = sorted(reach.serving.customers)
            return [*own, *calls, *({kept.term("customer", each)} for each in customers)]
        case _:
            return []


def _fits(row: RowMapping, wanted: TicketFilter, words: Sequence[str]) -> bool:
    """Tell whether a ticket says what was asked for: its terms may be another's by chance."""
    ways: list[Callable[[], bool]] = []
    if words:
        ways.append(lambda: terms.says(row, words, whole_numbers=wanted.whole_numbers))
    if piece := wanted.piece:
        ways.append(lambda: piece in row["customer_identity"] or piece in row["customer_number"])
    if (number := wanted.or_number) is not None and number.identity:
        ways.append(lambda: number.identity == row["customer_identity"])
    return not ways or any(way() for way in ways)


async def _between(connection: AsyncConnection, wanted: TicketFilter) -> tuple[int | None, int]:
    """Return the keys between which the tickets of the wanted time lie; the rows are asked too."""
    row = TicketRow
    before, after = None, 0
    if wanted.until is not None:
        later = select(row.id).where(row.created_at >= wanted.until)
        first = await connection.execute(later.order_by(row.created_at, row.id).limit(1))
        key = first.scalar_one_or_none()
        before = None if key is None else key + SKEW
    if wanted.since is not None:
        earlier = select(row.id).where(row.created_at < wanted.since)
        last = await connection.execute(
            earlier.order_by(row.created_at.desc(), row.id.desc()).limit(1)
        )
        after = max(0, (last.scalar_one_or_none() or 0) - SKEW)
    return before, after
