"""Keeps the terms of rows, and gives pages of rows that have some, greatest keys first (ADR 30).

The terms name rows that may be meant; each row is looked at once more, as whoever asks may see it.
How long that takes depends on what is found, not on how many rows there are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import terms as kept
from db.bulk import insertion
from db.paging import LONGEST, Page, UnknownCursorError, cursor_of, place_of

MOST_LOOKED_AT: Final = 2000
"""Rows that are looked at for one page; what has not been is on the next ones."""

Row = TypeVar("Row")
Alternatives = Sequence[frozenset[int]]
"""Sets of terms: what is wanted has all of one of them."""


async def keep(
    connection: AsyncConnection, table: Table, found: Mapping[int, Sequence[int]]
) -> None:
    """Keep the terms of these rows, by their keys, in place of those from before."""
    if not found:
        return
    [key] = table.primary_key.columns
    made = insertion(table, connection.dialect.name)
    other = made.on_conflict_do_update(
        index_elements=[key.name],
        set_={"terms": made.excluded.terms},
        where=table.c.terms.is_distinct_from(made.excluded.terms),
    )
    values = [{key.name: each, "terms": terms} for each, terms in sorted(found.items())]
    await connection.execute(other, values)


async def page(
    connection: AsyncConnection,
    query: Select[Any],
    *,
    table: Table,
    order: tuple[ColumnElement[Any], ColumnElement[int]],
    alternatives: Alternatives,
    fits: Callable[[RowMapping], bool],
    read: Callable[[RowMapping], Row],
    limit: int,
    cursor: str | None,
    before: int | None = None,
    after: int = 0,
) -> Page[Row]:
    """Return a page of the rows of `query` that have what is wanted and fit, greatest keys first.

    `table` has the terms; `order` are a time and the key of the rows, of which cursors are made.
    """
    at, key = order
    size = max(1, min(limit, LONGEST))
    if cursor is not None:
        place = place_of(cursor)[1]
        if not isinstance(place, int):
            raise UnknownCursorError("this cursor belongs to another list")
        before = place if before is None else min(before, place)
    found: list[Row] = []
    last: RowMapping | None = None
    looked, most = 0, 2 * size + 1
    whole = not alternatives
    while not whole and looked < MOST_LOOKED_AT:
        ids, whole = await keys(
            connection, table, alternatives, before=before, after=after, most=most
        )
        these = query.where(key.in_(ids)).order_by(key.desc())
        for row in (await connection.execute(these)).mappings().all():
            if not fits(row):
                continue
            if last is not None and len(found) == size:
                return Page(found, cursor_of(last[at], last[key]))
            found.append(read(row))
            last = row
        looked += len(ids)
        before = ids[-1] if ids else before
    return Page(found, None if whole else await _place_after(connection, at, key, before))


async def keys(
    connection: AsyncConnection,
    table: Table,
    alternatives: Alternatives,
    *,
    before: int | None = None,
    after: int = 0,
    most: int,
) -> tuple[Sequence[int], bool]:
    """Return keys of rows that have the terms of some alternative, and whether these are all.

    The greatest come first.
    """
    found: set[int] = set()
    known_down_to = 0
    for each in dict.fromkeys(alternatives):
        some = await kept.newest(connection, table, each, before=before, after=after, most=most)
        found.update(some)
        if len(some) == most:
            known_down_to = max(known_down_to, some[-1])
    down = sorted((key for key in found if key >= known_down_to), reverse=True)
    return down, not known_down_to


async def _place_after(
    connection: AsyncConnection,
    at: ColumnElement[Any],
    key: ColumnElement[int],
    place: int | None,
) -> str | None:
    """Return the cursor of the place after a row that was looked at."""
    when = (await connection.execute(select(at).where(key == place))).scalar_one_or_none()
    return None if place is None or when is None else cursor_of(when, place)
