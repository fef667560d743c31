"""Reads a list of households: name, area, numbers; every bad line gets a sentence (CBK-5).

    王小明,滨江花园1栋201,13812345678;02787654321
Fields may stand in quotes, between commas or, as spreadsheets copy them, tabs. Does no I/O.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from callflow.text import clean
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan

MOST_LINES = 10_000
MOST_NUMBERS = 8
LONGEST_NAME = LONGEST_AREA = 80

_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_BETWEEN_NUMBERS = re.compile(r"[;；、/|]")
_HEADINGS = frozenset({"name", "姓名", "户名", "名称"})


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
    seen = set(known)
    for line, fields in _lines(text):
        if len(good) + len(bad) >= MOST_LINES:
            bad.append(BadLine(line, Wrong.MANY_LINES, str(MOST_LINES)))
            break
        found = _household(line, fields, plan, reachable, seen)
        if isinstance(found, BadLine):
            bad.append(found)
        else:
            seen |= set(found.numbers)
            good.append(found)
    return good, bad


def _lines(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each line that is not empty with its fields; None: it cannot be read."""
    first = True
    for line, plain in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not plain.strip():
            continue
        try:
            mark = "\t" if "\t" in plain else ","
            wide = plain if mark in plain else plain.replace("，", ",")
            [fields] = csv.reader(io.StringIO(wide), delimiter=mark, strict=True)
        except (csv.Error, ValueError):
            yield line, None
            continue
        heading = first and fields[0].strip().lower() in _HEADINGS
        first = False
        if not heading:
            yield line, fields


def _household(
    line: int,
    fields: list[str] | None,
    plan: NumberPlan,
    reachable: Callable[[str], bool],
    seen: set[str],
) -> Listed | BadLine:
    if fields is None:
        return BadLine(line, Wrong.UNREADABLE)
    while len(fields) > 3 and not fields[-1].strip():
        fields = fields[:-1]
    if not 2 <= len(fields) <= 3:
        return BadLine(line, Wrong.FIELDS, str(len(fields)))
    name, area = (clean(each, LONGEST_NAME + 1) for each in fields[:2])
    numbers = _numbers(fields[2] if len(fields) == 3 else "", plan)
    found = _wrong_words(name, area) or _wrong_numbers(numbers, reachable, seen)
    return BadLine(line, *found) if found else Listed(name, area, numbers)


def _wrong_words(name: str, area: str) -> tuple[Wrong, str] | None:
    if not name:
        return Wrong.NAME, ""
    if len(name) > LONGEST_NAME or len(area) > LONGEST_AREA:
        return Wrong.LONG, ""
    return None


def _wrong_numbers(
    numbers: tuple[str, ...], reachable: Callable[[str], bool], seen: set[str]
) -> tuple[Wrong, str] | None:
    if len(numbers) > MOST_NUMBERS:
        return Wrong.MANY_NUMBERS, str(MOST_NUMBERS)
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            return Wrong.NUMBER, clean(number, 24)
        if not reachable(number):
            return Wrong.UNREACHABLE, number
        if number in seen:
            return Wrong.TWICE, number
    return None


def _numbers(field: str, plan: NumberPlan) -> tuple[str, ...]:
    """Return the numbers of a field in their order, each once, without what makes them readable."""
    plain = (phone_number(each, plan).shown for each in _BETWEEN_NUMBERS.split(field))
    return tuple(dict.fromkeys(filter(None, plain)))
