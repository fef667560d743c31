"""What customers are found by, kept beside each with every write of it (QUE-1, TKT-14, ADR 30)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from db import finding
from db.bulk import chunks, table_of, written
from db.finding import Alternatives
from db.sought import folded
from db.terms import having, of_word, pieces, stretches, term
from features.customers.tables import CustomerRow, CustomerTermsRow

CHOSEN: Final = ("sort", "area", "first_agent")
"""Fields of which one value is asked for."""
TABLE: Final = table_of(CustomerTermsRow)


def of_row(row: Mapping[str, Any] | RowMapping) -> list[int]:
    """Return the terms of a customer's row; all that is sought in it is folded already."""
    found = pieces(row["sought"].split()) | stretches(row["id"])
    found |= {term(name, row[name]) for name in CHOSEN if row[name]}
    return sorted(found)


def wanted(words: Sequence[str], **chosen: str | None) -> Alternatives:
    """Return the terms that whoever says these words, and has these values, has."""
    said = {each for word in words for each in of_word(word)}
    said |= {term(name, value) for name, value in chosen.items() if value is not None}
    return [frozenset(said)]


def living_in(area: str, dialect: str) -> ColumnElement[bool]:
    """Return what is so for customers in whose area's name a piece may stand, and for others."""
    said = {each for word in folded(area).split() for each in of_word(word)}
    if not said:
        return true()
    have = select(CustomerTermsRow.customer_id).where(having(TABLE, said, dialect))
    return CustomerRow.id.in_(have)


async def add(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the terms of new rows, many at once (in the transaction that writes them)."""
    values = [{"customer_id": row["id"], "terms": of_row(row)} for row in rows]
    await written(connection, TABLE, values)


async def change(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Keep the terms of a row that was just written, and is locked by that."""
    await finding.keep(connection, TABLE, {row["id"]: of_row(row)})


async def keep(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Make the terms of these customers anew (in the caller's transaction)."""
    for some in chunks(ids):
        query = select(CustomerRow.__table__).where(CustomerRow.id.in_(some))
        rows = await connection.execute(query.order_by(CustomerRow.id).with_for_update())
        found = {row["id"]: of_row(row) for row in rows.mappings()}
        await finding.keep(connection, TABLE, found)
