"""What a database is asked, and how it would answer: by an index, or by reading a whole table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

Asked = list[tuple[str, Any]]
"""Statements with their values, as they went to the driver."""


@contextmanager
def listening(connection: AsyncConnection) -> Iterator[Asked]:
    """Give the statements that are asked meanwhile."""
    asked: Asked = []

    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(connection.sync_connection, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(connection.sync_connection, "before_cursor_execute", heard)


async def read_whole(connection: AsyncConnection, asked: Asked) -> list[str]:
    """Return the tables of which these statements read every row, for want of an index."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:  # a small table is read whole because it is small: ask as if it were not
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
    tables: list[str] = []
    for statement, values in asked:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        word = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        plan = (await connection.exec_driver_sql(f"{word} {statement}", values)).all()
        for step in (str(row[-1]) for row in plan):
            found = (
                re.match(r"SCAN (\w+)(?! USING)(?: |$)", step)
                if is_sqlite
                else re.search(r"Seq Scan on (\w+)", step)
            )
            by_match = re.search(r"VIRTUAL TABLE INDEX \d+:\S*M", step)
            if found and "USING" not in step and not by_match and not _is_made(found[1]):
                tables.append(found[1])
    return tables


def _is_made(name: str) -> bool:
    """Tell whether it is no table of ours but what a step before it has found."""
    return name.startswith(("anon", "sub", "CONSTANT")) or name in {"last", "found"}
