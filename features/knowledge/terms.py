"""What answers are found by, kept beside each with every write of it (TKT-15, ADR 30).

The words of a title have terms of their own: who holds them there comes first.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import finding
from db.bulk import chunks, table_of
from db.finding import Alternatives
from db.terms import of_word, pieces, stretches, term
from features.knowledge.tables import KnowledgeRow, KnowledgeTermsRow

SOUGHT: Final = ("sought_title", "sought_keywords", "sought_body")
IN_TITLE, ANYWHERE = "title", "w"
TABLE: Final = table_of(KnowledgeTermsRow)


def of_row(row: Mapping[str, Any] | RowMapping) -> list[int]:
    """Return the terms of an answer's row; its texts are folded already."""
    found = pieces(row["sought_title"].split(), IN_TITLE) | stretches(row["id"])
    found |= pieces(word for name in SOUGHT for word in row[name].split())
    found.add(term("business", row["business"] or ""))
    if row["published_at"] is not None:
        found.add(term("is", "published"))
    return sorted(found)


def wanted(words: Sequence[str], *, business: str | None, drafts: bool) -> Iterator[Alternatives]:
    """Give the terms of answers with these words in the title, then of those with them anywhere.

    What is of no business class is of every one.
    """
    also = set() if drafts else {term("is", "published")}
    of_business = (
        [{term("business", each)} for each in (business, "")] if business is not None else [set()]
    )
    for kind in (IN_TITLE, ANYWHERE):
        said = {each for word in words for each in of_word(word, kind)}
        yield [frozenset(said | also | each) for each in of_business]


async def keep(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Make the terms of these answers anew (in the caller's transaction)."""
    for some in chunks(ids):
        query = select(KnowledgeRow.__table__).where(KnowledgeRow.id.in_(some))
        rows = await connection.execute(query.order_by(KnowledgeRow.id).with_for_update())
        found = {row["id"]: of_row(row) for row in rows.mappings()}
        await finding.keep(connection, TABLE, found)
