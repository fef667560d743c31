"""A person's rows: counted, shown for an export, erased, and looked for in every text.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    String,
    Table,
    and_,
    cast,
    delete,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from db.holdings import Holding, Rules, Subject
from features.personal_data.people import ERASED, Found, Who, parts, theirs, to_erase
from features.personal_data.registry import holdings, lines, machine, name_columns, remade, spoken
from traces.spellings import MARK, Spellings

AT_ONCE: Final = 500
"""Rows that are looked through at once."""
MOST_SHOWN: Final = 100_000
"""Rows of one table in an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many rows of one table are about a person."""

    what: str
    rows: int
    open: int = 0
    """Of which something is still to come."""
    busy: int = 0
    kept: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What one step took away."""

    what: str
    count: int
    digest: str
    """SHA-256 of the ids of the rows."""


async def held(connection: AsyncConnection, found: Found, who: Who, rules: Rules) -> Sequence[Held]:
    """Return what we hold of a person, table by table; tables without any are left out."""
    told = []
    for holding in holdings():
        rows = opened = busy = kept = 0
        for part in parts(found.subject):
            which = theirs(holding, part, who)
            rows += await _count(connection, holding, which)
            if holding.open is not None:
                opened += await _count(connection, holding, and_(which, holding.open))
            if holding.busy is not None:
                busy += await _count(connection, holding, and_(which, holding.busy))
            if holding.kept is not None:
                kept += await _count(connection, holding, and_(which, holding.kept(rules)))
        if rows:
            told.append(
                Held(
                    what=holding.name,
                    rows=rows,
                    open=opened,
                    busy=busy,
                    kept=kept,
                    why=holding.why if kept else "",
                )
            )
    return told


async def left(connection: AsyncConnection, found: Found, who: Who, rules: Rules) -> Sequence[str]:
    """Return the tables that still say something of a person and need not."""
    told = []
    for holding in holdings():
        for part in parts(found.subject):
            which = and_(to_erase(holding, part, who, rules), not_erased(holding))
            if await _count(connection, holding, which):
                told.append(holding.name)
    return list(dict.fromkeys(told))


def not_erased(holding: Holding) -> ColumnElement[bool]:
    """Return which rows of a kind still say whom they are about."""
    if holding.gone:
        return true()
    table = table_of(holding.table)
    said = [name for name, value in holding.erased.items() if isinstance(value, str)]
    return or_(*(table.c[name] != holding.erased[name] for name in said))


async def shown(
    connection: AsyncConnection, holding: Holding, found: Found, who: Who
) -> Sequence[Mapping[str, Any]]:
    """Return a person's rows of one table as they are given to the person."""
    table = table_of(holding.table)
    columns = [table.c[name] for name in holding.shown] or list(table.c)
    told: list[Mapping[str, Any]] = []
    for part in parts(found.subject):
        query = select(*columns).where(theirs(holding, part, who)).limit(MOST_SHOWN)
        told += [dict(row) for row in (await connection.execute(query)).mappings()]
    return told


async def erase(
    connection: AsyncConnection, holding: Holding, found: Found, who: Who, rules: Rules
) -> Erased | None:
    """Erase a person's rows of one table but those that must be kept; None: there were none."""
    table = table_of(holding.table)
    keys = list(table.primary_key.columns)
    ids: list[str] = []
    for part in parts(found.subject):
        which = to_erase(holding, part, who, rules)
        rows = (await connection.execute(select(*keys).where(which))).all()
        for begin in range(0, len(rows), AT_ONCE):
            some = [tuple(row) for row in rows[begin : begin + AT_ONCE]]
            mine = tuple_(*keys).in_(some) if len(keys) > 1 else keys[0].in_([r[0] for r in some])
            await connection.execute(erasing(holding, part).where(mine))
            await made_anew(connection, holding.name, some)
            ids += [id_of(holding, row) for row in some]
    return Erased(what=holding.name, count=len(ids), digest=digest_of(ids)) if ids else None


async def made_anew(connection: AsyncConnection, table: str, keys: Iterable[Sequence[Any]]) -> None:
    """Make anew what is derived of rows of a table, which were erased or changed."""
    if table in remade():
        await remade()[table](connection, [key for key, *_ in keys])


def erasing(holding: Holding, who: Subject) -> Any:
    """Return the statement that erases rows of a kind; which ones, the caller says."""
    table = table_of(holding.table)
    if holding.gone:
        return delete(table)
    values = dict(holding.erased)
    if holding.pseudonym:
        values[holding.pseudonym] = f"{ERASED}{who.pseudonym[:36]}"
    return update(table).values(values)


def id_of(holding: Holding, row: tuple[Any, ...]) -> str:
    """Return what stands for a row in a digest: nothing that is a person's."""
    known = {name for name in (*holding.erased, holding.pseudonym) if name}
    keys = {column.name for column in table_of(holding.table).primary_key.columns}
    if (holding.gone and "identity" in keys) or keys & known:
        return holding.name
    return "/".join(map(str, row))


def digest_of(ids: Iterable[str]) -> str:
    """Return the SHA-256 of ids, in their order."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


async def mentions(
    connection: AsyncConnection, found: Found, who: Who, *, but: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """Return in which tables texts mention a person, in how many rows that are not the person's.

    `but` gives by table other rows that are not looked at.
    """
    told: dict[str, int] = {}
    for table, columns in spoken():
        own = [
            theirs(holding, part, who)
            for holding in holdings()
            if holding.name == table.name
            for part in parts(found.subject)
        ]
        if but and table.name in but:
            own.append(but[table.name])
        besides = or_(*own) if own else None
        after, count = None, 0
        while True:
            some = await leaf(connection, table, columns, found.spellings, after=after, but=besides)
            count += some.mentions
            if some.after is None:
                break
            after = some.after
        if count:
            told[table.name] = count
    return told


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some rows of a table: how many mention a person, and the key of the last one."""

    mentions: int
    after: Sequence[Any] | None
    """Where the next rows begin; None: these are the last."""


async def leaf(
    connection: AsyncConnection,
    table: Table,
    columns: Sequence[Column[Any]],
    spelt: Spellings,
    *,
    after: Sequence[Any] | None = None,
    but: Any = None,
    change: bool = False,
) -> Leaf:
    """Look through the next rows of a table; with `change`, put a mark where they mention somebody.

    `but` says which rows are not looked at.
    """
    if spelt.pattern is None:
        return Leaf(0, None)
    keys = list(table.primary_key.columns)
    query = select(*keys, *(column for column in columns if column not in keys)).order_by(*keys)
    if but is not None:
        query = query.where(not_(but))
    if table.name in machine():
        query = query.where(or_(*_plainly(columns, spelt)))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    rows = (await connection.execute(query.limit(AT_ONCE))).mappings().all()
    by_number, count = replace(spelt, names=()), 0
    changed = []
    for row in rows:
        values = _changed(dict(row), table, columns, (spelt, by_number))
        count += bool(values)
        if values and change:
            this = and_(*(key == row[key.name] for key in keys))
            await connection.execute(update(table).where(this).values(values))
            changed.append([row[key.name] for key in keys])
    if changed:
        await made_anew(connection, table.name, changed)
    last = [rows[-1][key.name] for key in keys] if len(rows) == AT_ONCE else None
    return Leaf(count, last)


def _changed(
    row: Mapping[str, Any],
    table: Table,
    columns: Sequence[Column[Any]],
    spelt: tuple[Spellings, Spellings],
) -> dict[str, Any]:
    """Return the columns of a row that mention somebody, as they are without.

    `spelt` is the person, and the number alone: a name beside another number is another person's.
    """
    values = {}
    for column in columns:
        known = spelt[(table.name, column.name) in name_columns()]
        fresh = _without(row[column.name], known, line=table.name in lines())
        if fresh is not row[column.name]:
            values[column.name] = fresh
    return values


def _without(value: Any, spelt: Spellings, *, line: bool) -> Any:
    """Return a value without the person; the very same one where nothing was said."""
    if value is None or value == "":
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if line and spelt.in_line(text.encode()):
        return MARK
    return spelt.without_all(value) if spelt.in_text(text) else value


def _plainly(columns: Sequence[Column[Any]], spelt: Spellings) -> list[Any]:
    """Return what finds rows in which the number stands in digits, or a name as it is."""
    words = [*([spelt.core] if spelt.core else []), *spelt.names]
    found = []
    for column in columns:
        text = cast(column, String) if isinstance(column.type, JSON) else column
        found += [text.contains(word, autoescape=True) for word in words]
    return found


async def _count(connection: AsyncConnection, holding: Holding, which: Any) -> int:
    query = select(func.count()).select_from(table_of(holding.table)).where(which)
    return int((await connection.execute(query)).scalar_one())
