"""Cuts long lists into pages, by the last row's key, never by counting.

A page costs the same wherever it is, and rows that arrive meanwhile move nothing.
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

Row = TypeVar("Row")
Which_contra = TypeVar("Which_contra", contravariant=True)

_FIRST, _LAST = 1, 9999
"""Years that no row is of, and whose times may have no name in another zone."""

LONGEST = 500
"""Rows on the longest page; whoever wants more turns the page."""


class UnknownCursorError(ValueError):
    """The cursor is none that a page of ours has given out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, newest first, and the cursor of the page after them (None: there is none)."""

    items: Sequence[Row]
    next: str | None


class Listing(Protocol[Which_contra, Row]):
    """A question that gives one page of the rows that a filter wants."""

    def __call__(
        self, connection: AsyncConnection, wanted: Which_contra, *, limit: int, cursor: str | None
    ) -> Awaitable[Page[Row]]: ...


def cursor_of(at: datetime, key: str | int) -> str:
    """Return the cursor that stands for the place right after the row `(at, key)`."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), key]).encode()).decode()


def place_of(cursor: str) -> tuple[datetime, str | int]:
    """Return the place a cursor stands for; raises `UnknownCursorError`."""
    try:
        at, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        place = datetime.fromisoformat(at)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise UnknownCursorError("this cursor is not one of ours") from None
    if place.tzinfo is None or not _FIRST < place.year < _LAST or not _is_a_key(key):
        raise UnknownCursorError("this cursor is not one of ours")
    return place, key


def _is_a_key(key: object) -> bool:
    """Tell whether a row can have this key: what no database can hold is none."""
    if isinstance(key, str):
        return key.isprintable()
    return isinstance(key, int) and not isinstance(key, bool) and abs(key) < 2**63


async def page(
    connection: AsyncConnection,
    query: Select[Any],
    *,
    order: tuple[ColumnElement[datetime], ColumnElement[Any]],
    limit: int,
    cursor: str | None,
    read: Callable[[RowMapping], Row],
    along: tuple[ColumnElement[datetime], ColumnElement[Any]] | None = None,
) -> Page[Row]:
    """Return one page of `query`, newest first by `order` (a time and a unique key).

    `along` are columns of the same values in another table, whose index gives the rows in order.
    """
    at, key = order
    by_at, by_key = along or order
    if cursor is not None:
        place, place_key = place_of(cursor)
        if not isinstance(place_key, key.type.python_type):
            raise UnknownCursorError("this cursor belongs to another list")
        query = query.where(tuple_(by_at, by_key) < tuple_(place, place_key))
    size = max(1, min(limit, LONGEST))
    found = (
        (await connection.execute(query.order_by(by_at.desc(), by_key.desc()).limit(size + 1)))
        .mappings()
        .all()
    )
    last = found[size - 1] if len(found) > size else None
    return Page(
        items=[read(row) for row in found[:size]],
        next=cursor_of(last[at], last[key]) if last is not None else None,
    )


def column_of(attribute: Any) -> ColumnElement[Any]:
    """Return the plain column behind a mapped attribute, as `page` orders by it."""
    column: ColumnElement[Any] = attribute.__clause_element__()
    return column


def narrowed(query: Select[Any], *wanted: tuple[Any, str | bool | None]) -> Select[Any]:
    """Keep the rows whose columns hold these values, each where one is given."""
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return query


def between(
    query: Select[Any], column: Any, since: datetime | None, until: datetime | None
) -> Select[Any]:
    """Keep the rows of `since` or later and before `until`, each where it is given."""
    if since is not None:
        query = query.where(column >= since)
    if until is not None:
        query = query.where(column < until)
    return query
