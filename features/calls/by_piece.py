"""Finds calls by a piece of a telephone number, at its end or anywhere (ADR 30)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
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


async def has_piece(
    connection: AsyncConnection, piece: str, whole: PhoneNumber | None
) -> ColumnElement[bool]:
    """Return what is so for the calls of numbers with this piece, or of the whole number it is."""
    row = CallerNumberRow
    position = func.instr if connection.dialect.name == "sqlite" else func.strpos
    with_trunk_prefix = piece.startswith("0") or len(piece) > SHORT_PIECE
    in_identity: ColumnElement[bool] = position(row.identity, piece) > 0
    fits = or_(in_identity, position(row.number, piece) > 0) if with_trunk_prefix else in_identity
    have = terms.having(_TABLE, terms.of_word(piece), connection.dialect.name)
    query = select(row.number, row.identity).where(have, fits).limit(FEW_NUMBERS + 1)
    found = (await connection.execute(query)).all()
    ways: list[ColumnElement[bool]] = []
    if len(found) > FEW_NUMBERS:
        ways.append(position(Call.identity, piece) > 0)
        if with_trunk_prefix:
            ways.append(position(Call.number, piece) > 0)
    else:
        known = {identity for _, identity in found if piece in identity}
        ways.append(Call.identity.in_(sorted(known)))
        if others := {number for number, identity in found if identity not in known}:
            ways.append(Call.number.in_(sorted(others)))
    if whole is not None and whole.identity:
        ways.append(Call.identity == whole.identity)
    return or_(*ways)


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
