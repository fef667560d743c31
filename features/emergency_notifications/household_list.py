"""Reads a list of households: name, area, numbers; every bad line gets a sentence (CBK-5).

    王小明,滨江花园1栋201,13812345678;02787654321
Fields may stand in quotes, between commas, bars or, as spreadsheets copy them, tabs; each line has
its own. A heading may name them in another order. Does no I/O.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from callflow.text import clean
from imports.columns import Columns, Words, is_nothing
from imports.columns import columns as columns_of
from imports.faults import InRow, letters_of
from imports.numbers import Numbers, WrongNumberError
from imports.people_list import PEOPLE
from phone_numbers.plan import NumberPlan

MOST_LINES = 10_000
MOST_NUMBERS = 8
LONGEST_NAME = LONGEST_AREA = 80

_BETWEEN_NUMBERS = re.compile(r"[;；、/|\n]")
_DIGITS: Final = re.compile(r"[0-9]{3}")
_MARKS: Final = ("\t", ",", "，", "|", ";", "；")
"""What may part the fields of a line; the first one that is there does."""
WORDS: Final[Words] = {
    "name": (
        *("姓名", "户名", "名称", "户主", "业主", "住户", "居民", "联系人", "name", "household"),
        *("resident", "owner"),
    ),
    "area": (
        *(
            "地址",
            "住址",
            "小区",
            "门牌",
            "门牌号",
            "房号",
            "楼栋",
            "楼号",
            "片区",
            "area",
            "address",
        ),
        *("location", "unit"),
    ),
    "number": PEOPLE["number"],
}
"""How people head the columns."""
_IN_ORDER: Final = Columns({"name": [0], "area": [1], "number": [2]}, {}, 3)


class Wrong(StrEnum):
    """What is wrong with a line; the value is the key of its sentence."""

    FIELDS = "fields"
    NAME = "name"
    LONG = "long"
    NUMBER = "number"
    UNREACHABLE = "unreachable"
    MANY_NUMBERS = "many_numbers"
    TWICE = "twice"
    MANY_LINES = "many_lines"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Listed:
    """One household as a list has it."""

    name: str
    area: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that cannot be taken."""

    line: int
    """1 is the first line of the text."""
    wrong: Wrong
    about: str = ""
    """The part that is wrong, like a number."""
    why: InRow | None = None
    """Of a number: what is wrong with it."""
    cell: str = ""
    """As a spreadsheet names it: `C3`; empty: the whole line."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the world knows when a list is read."""

    numbers: Numbers
    reachable: Callable[[str], bool]
    seen: set[str]
    """Numbers that are rung anyway."""


def read(
    text: str,
    plan: NumberPlan,
    *,
    reachable: Callable[[str], bool],
    known: frozenset[str] = frozenset(),
) -> tuple[list[Listed], list[BadLine]]:
    """Return the households of a text, and its bad lines; numbers as the house's `plan` shows them.

    `reachable` tells whether a line leads to a number; `known` are numbers that are rung anyway.
    """
    good: list[Listed] = []
    bad: list[BadLine] = []
    reader = _Reader(Numbers(plan, plan.house), reachable, set(known))
    columns: Columns | None = None
    for line, fields in _lines(text):
        if columns is None:
            columns = _heading(fields)
            if columns is not None:
                continue
            columns = _IN_ORDER
        if len(good) + len(bad) >= MOST_LINES:
            bad.append(BadLine(line, Wrong.MANY_LINES, str(MOST_LINES)))
            break
        found = _household(line, fields, columns, reader)
        if isinstance(found, BadLine):
            bad.append(found)
        else:
            reader.seen.update(found.numbers)
            good.append(found)
    return good, bad


def _heading(fields: list[str] | None) -> Columns | None:
    """Return the columns that a heading names, None when the line is none."""
    known = columns_of(fields or [], WORDS)
    if "name" not in known.places or any(_DIGITS.search(each) for each in fields or []):
        return None
    lacks = len(known.places) == 1 and len(fields or []) > 1
    return replace(_IN_ORDER, width=3) if lacks else known


def _lines(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each line that is not empty with its fields; None: it cannot be read."""
    plain_lines = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
    first = 0 if plain_lines[0].casefold().startswith("sep=") else 1
    for line, plain in enumerate(plain_lines, first):
        if line and plain.strip():
            yield line, _fields(plain)


def _fields(plain: str) -> list[str] | None:
    mark = next((each for each in _MARKS if each in plain), ",")
    try:
        [fields] = csv.reader(io.StringIO(plain), delimiter=mark, strict=True)
    except (csv.Error, ValueError):
        return None
    return fields


def _household(
    line: int, fields: list[str] | None, columns: Columns, reader: _Reader
) -> Listed | BadLine:
    if fields is None:
        return BadLine(line, Wrong.UNREADABLE)
    while len(fields) > columns.width and not fields[-1].strip():
        fields = fields[:-1]
    if not 2 <= len(fields) <= max(columns.width, 2):
        return BadLine(line, Wrong.FIELDS, str(len(fields)))
    name, area = (clean(columns.cell(each, fields), LONGEST_NAME + 1) for each in ("name", "area"))
    if wrong := _wrong_words(name, area):
        return BadLine(line, wrong)
    return _with_numbers(line, Listed(name, area, ()), fields, columns, reader)


def _wrong_words(name: str, area: str) -> Wrong | None:
    if not name:
        return Wrong.NAME
    return Wrong.LONG if len(name) > LONGEST_NAME or len(area) > LONGEST_AREA else None


def _with_numbers(
    line: int, listed: Listed, fields: list[str], columns: Columns, reader: _Reader
) -> Listed | BadLine:
    """Return a household with the numbers of its fields in their order, each once."""
    numbers: dict[str, str] = {}
    for place in columns.places.get("number", ()):
        cell = f"{letters_of(place)}{line}"
        for piece in _BETWEEN_NUMBERS.split(fields[place] if place < len(fields) else ""):
            if is_nothing(piece):
                continue
            try:
                numbers[reader.numbers.in_house(piece).shown] = cell
            except WrongNumberError as error:
                return BadLine(line, Wrong.NUMBER, clean(piece, 24), error.why, cell)
    if len(numbers) > MOST_NUMBERS:
        return BadLine(line, Wrong.MANY_NUMBERS, str(MOST_NUMBERS))
    for number, cell in numbers.items():
        if not reader.reachable(number):
            return BadLine(line, Wrong.UNREACHABLE, number, cell=cell)
        if number in reader.seen:
            return BadLine(line, Wrong.TWICE, number, cell=cell)
    return replace(listed, numbers=tuple(numbers))
