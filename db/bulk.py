"""Writes many rows of one table at once, in the words of the database's own driver.

SQLAlchemy makes the statement and knows how each column's values are written, once; the rows then
go to the driver as they are. Its own way looks at every value of every row, and the ledger writes
fifteen rows a call.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Insert, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import Base

IN_ONE_QUESTION = 500
"""Values in one `IN (…)`; SQLite takes 32,766 parameters, PostgreSQL 32,767."""

Row = Mapping[str, Any]
Write = Callable[[Any], Any]
Key = TypeVar("Key", str, int)


async def written(
    connection: AsyncConnection, table: Table, values: Sequence[Row], *, key: tuple[str, ...] = ()
) -> None:
    """Insert rows of the same columns; with a `key`, replace those that are there already."""
    if not values:
        return
    statement = _statement(table, tuple(values[0]), key, connection.dialect)
    await connection.exec_driver_sql(statement.text, statement.bound(values))


def table_of(row: type[Base]) -> Table:
    """Return the table of a mapped class, as it is: neither a join nor a subquery."""
    table: Table = row.__table__  # type: ignore[assignment]
    return table


def chunks(values: Iterable[Key]) -> list[list[Key]]:
    """Return values, sorted, in lists of IN_ONE_QUESTION at most."""
    every = sorted(values)
    return [
        every[start : start + IN_ONE_QUESTION] for start in range(0, len(every), IN_ONE_QUESTION)
    ]


def insertion(table: Table, dialect: str) -> "sqlite.Insert | postgresql.Insert":
    """Return an insertion that can say what to do about a row that is there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@asynccontextmanager
async def only_by_index(connection: AsyncConnection) -> AsyncIterator[None]:
    """Have PostgreSQL use indexes meanwhile: it cannot know how few rows are meant.

    Hundreds of values of a table that is not large yet, it would look for by reading it whole. What
    was set ends with the transaction, so nothing is to be done where that fails.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    await connection.execute(select(func.set_config("enable_seqscan", "off", True)))
    yield
    await connection.execute(select(func.set_config("enable_seqscan", "on", True)))


class _Statement(NamedTuple):
    text: str
    take: Callable[[Row], tuple[Any, ...]]
    """Takes a row's values in the order in which the driver wants them."""
    writes: Sequence[tuple[int, Write]]
    """Columns, by place, whose values are not written as they are."""

    def bound(self, values: Sequence[Row]) -> list[tuple[Any, ...]]:
        return [self._bound(row) for row in values]

    def _bound(self, row: Row) -> tuple[Any, ...]:
        bound = list(self.take(row))
        for place, write in self.writes:
            bound[place] = write(bound[place])
        return tuple(bound)


@lru_cache(maxsize=64)
def _statement(
    table: Table, columns: tuple[str, ...], key: tuple[str, ...], dialect: Dialect
) -> _Statement:
    made: Insert = insertion(table, dialect.name)
    if key:
        made = _or_replace(insertion(table, dialect.name), columns, key)
    compiled = made.inline().compile(dialect=dialect, column_keys=list(columns))
    order = compiled.positiontup or ()  # what both drivers take: values by their place
    writes = [
        (place, write)
        for place, column in enumerate(order)
        if (write := table.c[column].type.dialect_impl(dialect).bind_processor(dialect))
    ]
    return _Statement(str(compiled), itemgetter(*order), writes)


def _or_replace(
    made: "sqlite.Insert | postgresql.Insert", columns: tuple[str, ...], key: tuple[str, ...]
) -> Insert:
    return made.on_conflict_do_update(
        index_elements=list(key),
        set_={name: made.excluded[name] for name in columns if name not in key},
    )
