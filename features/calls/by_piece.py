"""Finds calls by a piece of a telephone number, at its end or anywhere (ADR 30)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import terms
from db.bulk import insertion, table_of
from features.calls.tables import Call, CallerNumberRow
from phone_numbers.phone_number import PhoneNumber

FEW_NUMBERS = 2000
"""Numbers whose calls are looked up and sorted. A piece that is in more of them is found by walking
back in time: it turns up often enough to fill a page soon."""

SHORT_PIECE = 6
"""Digits up to which a piece is looked for in the identities alone; a longer one may be from what
somebody sent that is no number."""

_TABLE = table_of(CallerNumberRow)


@dataclass(frozen=True, slots=True)
class WithPiece:
    """Whose calls are looked for: what is so for their rows."""

    calls: ColumnElement[bool]
    newest: ColumnElement[bool] | None = None
    """The same of the numbers that rang last; None: of all of them, or of too many to be known."""
    newest_until: datetime | None = None
    """No call of the other numbers is newer: a page that ends before needs `newest` only."""


async def has_piece(
    connection: AsyncConnection, piece: str, whole: PhoneNumber | None, *, page: int
) -> WithPiece:
    """Return what is so for the calls of numbers with this piece, or of the whole number it is.

    Of a page of so many calls the newest are of no more than as many numbers: those that rang last.
    """
    row = CallerNumberRow
    fits = _fits(row.identity, row.number, piece, connection.dialect.name)
    have = terms.having(_TABLE, terms.of_word(piece), connection.dialect.name)
    query = select(row.number, row.identity, row.last_at).where(have, fits)
    found = (await connection.execute(query.limit(FEW_NUMBERS + 1))).all()
    if len(found) > FEW_NUMBERS:
        walked = _fits(Call.identity, Call.number, piece, connection.dialect.name)
        return WithPiece(or_(walked, _is(whole)))
    every = or_(_of_numbers(found, piece), _is(whole))
    if len(found) <= page:
        return WithPiece(every)
    last = sorted(found, key=lambda each: each.last_at, reverse=True)[:page]
    newest = or_(_of_numbers(last, piece), _is(whole))
    return WithPiece(every, newest, last[-1].last_at)


def _fits(identity: Any, number: Any, piece: str, dialect: str) -> ColumnElement[bool]:
    position = func.instr if dialect == "sqlite" else func.strpos
    in_identity: ColumnElement[bool] = position(identity, piece) > 0
    with_trunk_prefix = piece.startswith("0") or len(piece) > SHORT_PIECE
    return or_(in_identity, position(number, piece) > 0) if with_trunk_prefix else in_identity


def _of_numbers(found: Iterable[Any], piece: str) -> ColumnElement[bool]:
    known = {each.identity for each in found if piece in each.identity}
    others = {each.number for each in found if each.identity not in known}
    of_known: ColumnElement[bool] = Call.identity.in_(sorted(known))
    return or_(of_known, Call.number.in_(sorted(others))) if others else of_known


def _is(whole: PhoneNumber | None) -> ColumnElement[bool]:
    return false() if whole is None or not whole.identity else Call.identity == whole.identity


async def keep_numbers(connection: AsyncConnection, calls: Iterable[Mapping[str, Any]]) -> None:
    """Keep the numbers of these rows of calls to be found by (in the caller's transaction)."""
    last: dict[tuple[str, str], datetime] = {}
    for call in calls:
        key = (call["number"], call["identity"])
        if any(key):
            last[key] = max(call["ring_started"], last.get(key, call["ring_started"]))
    # sorted: two ledgers that keep the same numbers wait for each other, and go on
    fresh = [
        {"number": number, "identity": identity, "last_at": at, "terms": of(number, identity)}
        for (number, identity), at in sorted(last.items())
    ]
    if fresh:
        made = insertion(_TABLE, connection.dialect.name)
        later = made.on_conflict_do_update(
            index_elements=["number", "identity"],
            set_={"last_at": made.excluded.last_at},
            where=_TABLE.c.last_at < made.excluded.last_at,
        )
        await connection.execute(later, fresh)


def of(number: str, identity: str) -> list[int]:
    """Return the terms of a number: every piece of it."""
    return sorted(terms.pieces({number, identity}))
