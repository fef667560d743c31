"""What a feature publishes of its tables: a few named columns, which others may join.

The database sees the same table under the same name, so a question costs what it costs with the
table itself. Each feature names what it publishes in its `references.py` (ADR 10).
"""

from typing import cast

from sqlalchemy import Table, TableClause, column, table

from db.base import Base


def published(row: type[Base], *names: str) -> TableClause:
    """Return a table that has these columns only. Raises KeyError for one that is not there."""
    whole = cast("Table", row.__table__)
    return table(whole.name, *(column(name, whole.c[name].type) for name in names))
