"""All that features hold about people, found by their folders: nobody lists them."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Table

from db.bulk import table_of
from db.holdings import Holding, Holdings, Remade
from features.tables import METADATA

_FEATURES = Path(__file__).resolve().parent.parent
_ENGINES = ("dispatch", "floor", "ledger")


@cache
def declared() -> Sequence[Holdings]:
    """Return what every feature and every engine with tables declares."""
    modules = [f"features.{each.parent.name}.holdings" for each in _declaring()]
    modules += [f"{engine}.holdings" for engine in _ENGINES]
    return [importlib.import_module(module).HOLDINGS for module in modules]


@cache
def holdings() -> Sequence[Holding]:
    """Return every kind of rows about people, in the order in which they are erased."""
    found = [holding for each in declared() for holding in each.holdings]
    return sorted(found, key=lambda holding: holding.order)


@cache
def plain() -> Mapping[str, frozenset[str]]:
    """Return by table the columns of text in which nobody's data can stand."""
    return {
        table.__tablename__: frozenset(names)
        for each in declared()
        for table, names in each.plain.items()
    }


@cache
def machine() -> frozenset[str]:
    """Return the large tables in which a number stands in digits only."""
    return frozenset(table.__tablename__ for each in declared() for table in each.machine)


@cache
def remade() -> Mapping[str, Remade]:
    """Return by table what makes anew what is derived of its rows."""
    return {table.__tablename__: made for each in declared() for table, made in each.remade.items()}


@cache
def lines() -> frozenset[str]:
    """Return the tables whose text is lines of files."""
    return frozenset(table.__tablename__ for each in declared() for table in each.lines)


@cache
def name_columns() -> frozenset[tuple[str, str]]:
    """Return each table with the column in which a person's name stands beside the number."""
    return frozenset((holding.name, holding.names) for holding in holdings() if holding.names)


def spoken() -> Iterator[tuple[Table, Sequence[Column[Any]]]]:
    """Give every table with the columns in whose text somebody may be mentioned.

    Not the audit log: there only `features.audit.erasing` changes words.
    """
    for table in METADATA.sorted_tables:
        if table.name == "audit_log":
            continue
        known = plain().get(table.name, frozenset())
        columns = [one for one in table.columns if is_text(one) and one.name not in known]
        if columns:
            yield table, columns


def is_text(column: Column[Any]) -> bool:
    """Tell whether text can stand in a column."""
    return isinstance(column.type, JSON) or column.type.python_type is str


def rows_of(holding: Holding) -> Table:
    return table_of(holding.table)


def _declaring() -> Sequence[Path]:
    return sorted(_FEATURES.glob("*/holdings.py"))
