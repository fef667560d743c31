"""Finds rows by several things at once, the newest first, without reading the table (ADR 30).

What a row is to be found by (pieces of its text, states, names of columns with their values) is
kept beside it as numbers, its terms. A row that has all the terms asked for may be what is
wanted; whoever asks looks at it once more, for two terms may have one number. PostgreSQL keeps the
terms in a GIN index, SQLite in an FTS5 table of the same name and `_index`.

A GIN index gives rows in no order. So a row has terms for the stretches of keys that it lies in,
of 4096 keys, of 16,384 and so on, and the stretches are asked one after another from the newest
on: what is common is found in the first, what is rare by few questions.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

from sqlalchemy import ARRAY, Integer, Table, Text, cast, func, literal, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from db.bulk import only_by_index

LONGEST_PIECE: Final = 3
"""Characters of a piece of text that has a term; of a longer word each such piece is asked for."""
OF_DIGITS: Final = (4, 6)
"""Lengths of pieces that digits beside one another have too: three of them are in too many rows."""
STRETCH: Final = 4096
"""Keys of the shortest stretch; each longer one is of four of those before it."""
LEVELS: Final = 6
MASS: Final = 2000
"""Rows of one answer; a stretch that has more is asked in shorter ones."""

OF_THE_DATABASE: Final = re.compile(r"ix_\w+_terms|\w+_index(_data|_idx|_docsize|_config)?")
"""Names of what `create_index` makes: no table of SQLAlchemy's says it."""

_WHOLE: Final = 0x7FFF_FFFF
_BASE: Final = 36
_RUN: Final = re.compile(r"[0-9]{4,}")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Terms(TypeDecorator[Sequence[int]]):
    """The terms of a row: numbers on PostgreSQL, words of a text on SQLite."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return list

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(Integer()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return as_words(value) if dialect.name == "sqlite" else list(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Sequence[int] | None:
        if isinstance(value, str):
            return [int(word, _BASE) for word in value.split()]
        return value  # type: ignore[no-any-return]


def term(kind: str, value: str) -> int:
    """Return the term that says a value of a kind."""
    return crc32(value.encode(), _begun(kind)) & _WHOLE


@lru_cache(maxsize=64)
def _begun(kind: str) -> int:
    return crc32(f"{kind}\0".encode())


def pieces(words: Iterable[str], kind: str = "w") -> set[int]:
    """Return the terms of every piece of some words, as a row keeps them.

    A row may keep those of some of its texts once more, by another kind.
    """
    found: set[str] = set()
    for word in set(words):
        for long in range(1, LONGEST_PIECE + 1):
            found.update(_cut(word, long))
        for run in _RUN.findall(word):
            for long in OF_DIGITS:
                found.update(_cut(run, long))
    begun = _begun(kind)
    return {crc32(piece.encode(), begun) & _WHOLE for piece in found}


def of_word(word: str, kind: str = "w") -> set[int]:
    """Return the terms that every row has in whose text this word stands, anywhere."""
    long = min(len(word), LONGEST_PIECE)
    runs = [run.span() for run in _RUN.finditer(word)]
    found = {
        term(kind, word[start : start + long])
        for start in range(len(word) - long + 1)
        if not any(begin <= start and start + long <= end for begin, end in runs)
    }
    for begin, end in runs:
        longest = max(each for each in OF_DIGITS if each <= end - begin)
        found.update(term(kind, piece) for piece in _cut(word[begin:end], longest))
    return found


def _cut(word: str, long: int) -> list[str]:
    """Return every piece of a length, one after another."""
    return [word[start : start + long] for start in range(len(word) - long + 1)]


def stretches(key: int) -> set[int]:
    """Return the terms of the stretches that a row's key lies in."""
    return {_stretch(level, key // _size(level)) for level in range(LEVELS)}


def as_words(terms: Iterable[int]) -> str:
    """Return terms as SQLite has them: words of digits and small letters."""
    return " ".join(_word(each) for each in terms)


def create_index(table: str, key: str, dialect: str) -> Iterator[str]:
    """Give the statements that make the index of a table's column `terms`."""
    if dialect != "sqlite":
        # what waits to be sorted in is read by every question: not for long
        yield (
            f"CREATE INDEX ix_{table}_terms ON {table} USING gin (terms)"
            " WITH (gin_pending_list_limit = 256)"
        )
        return
    index, gone = f"{table}_index", f"'delete', old.{key}, old.terms"
    yield (
        f"CREATE VIRTUAL TABLE {index} USING fts5(terms, content='{table}', content_rowid='{key}',"
        " detail=none, tokenize='ascii')"
    )
    yield f"INSERT INTO {index}({index}) VALUES ('rebuild')"  # noqa: S608 (our own name)
    forget = f"INSERT INTO {index}({index}, rowid, terms) VALUES ({gone});"  # noqa: S608
    learn = f"INSERT INTO {index}(rowid, terms) VALUES (new.{key}, new.terms);"  # noqa: S608
    yield f"CREATE TRIGGER {table}_new AFTER INSERT ON {table} BEGIN {learn} END"
    yield f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {forget} END"
    yield (
        f"CREATE TRIGGER {table}_other AFTER UPDATE OF terms ON {table}"
        f" WHEN old.terms IS NOT new.terms BEGIN {forget} {learn} END"
    )


def having(table: Table, terms: Iterable[int], dialect: str) -> Any:
    """Return what is so for the rows of a table that have all these terms."""
    wanted = sorted(terms)
    if dialect == "sqlite":
        [key] = table.primary_key.columns
        index = f"{table.name}_index"
        found = text(f"SELECT rowid FROM {index} WHERE {index} MATCH :sought")  # noqa: S608
        return key.in_(found.bindparams(sought=as_words(wanted)).columns(rowid=Integer()))
    return table.c.terms.op("@>")(cast(literal(wanted, ARRAY(Integer)), ARRAY(Integer)))


async def newest(
    connection: AsyncConnection,
    table: Table,
    terms: Iterable[int],
    *,
    before: int | None,
    after: int = 0,
    most: int,
) -> Sequence[int]:
    """Return keys of rows that have all these terms, greatest first: fewer than `most`: all.

    `before` and `after` are keys that all of them are less and greater than.
    """
    wanted = sorted(terms)
    if connection.dialect.name == "sqlite":
        return await _streamed(connection, table, wanted, before, after, most)
    [key] = table.primary_key.columns
    if before is None:
        last = (await connection.execute(select(func.max(key)))).scalar_one()
        before = (last or 0) + 1
    async with only_by_index(connection):
        return await _by_stretches(connection, table, wanted, before, after, most)


async def _by_stretches(
    connection: AsyncConnection,
    table: Table,
    terms: Sequence[int],
    before: int,
    after: int,
    most: int,
) -> Sequence[int]:
    [key] = table.primary_key.columns
    found: list[int] = []
    level, grows = 0, True
    while before > after + 1 and len(found) < most:
        place = (before - 1) // _size(level)
        which = having(table, [*terms, _stretch(level, place)], "postgresql")
        # + 0: not by the index of keys, which would read every row of the stretch
        query = select(key).where(which, key + 0 < before, key + 0 > after)
        some = (await connection.execute(query.limit(MASS + 1) if level else query)).scalars().all()
        if level and len(some) > MASS:
            level, grows = level - 1, False
            continue
        found += sorted(some, reverse=True)
        before = place * _size(level)
        level = min(level + grows, LEVELS - 1)
    return found[:most]


async def _streamed(
    connection: AsyncConnection,
    table: Table,
    terms: Sequence[int],
    before: int | None,
    after: int,
    most: int,
) -> Sequence[int]:
    index = f"{table.name}_index"
    query = (
        f"SELECT rowid FROM {index} WHERE {index} MATCH :sought AND rowid > :after"  # noqa: S608
        f"{'' if before is None else ' AND rowid < :before'} ORDER BY rowid DESC LIMIT :most"
    )
    values = {"sought": as_words(terms), "after": after, "before": before, "most": most}
    if before is None:
        del values["before"]
    return list((await connection.execute(text(query), values)).scalars())


@lru_cache(maxsize=64)
def _stretch(level: int, place: int) -> int:
    return term("#", f"{level}:{place}")


def _size(level: int) -> int:
    size: int = STRETCH * 4**level
    return size


@lru_cache(maxsize=2**15)
def _word(number: int) -> str:
    word = ""
    while number:
        number, rest = divmod(number, _BASE)
        word = _DIGITS[rest] + word
    return word or "0"
