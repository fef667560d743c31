"""How the bytes that somebody brought become sheets of rows: a text parted by marks, or XLSX.

The one reader of every list: people to call, wake-ups, households. Whatever was brought is
somebody else's: it may be a picture, torn, or made to fill our memory. What is read is limited
before it is unpacked, and every limit is a sentence (`imports/faults.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from imports import delimited
from imports.delimited import Row
from imports.faults import Remark, Said, UnreadableError, Whole, runs
from imports.foreign import ZIP, refuse_foreign
from imports.letters import BAD, Text, text_of
from imports.workbooks import LARGEST_UNPACKED, MOST_COLUMNS, MOST_ROWS, Sheet
from imports.workbooks import sheets as sheets_of_workbook

__all__ = [
    "LARGEST",
    "LARGEST_UNPACKED",
    "LISTS",
    "LONG_LISTS",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Row",
    "Sheet",
    "sheets",
]

LARGEST: Final = 8 * 2**20
"""Bytes of a file; ten thousand rows of everything we know are less than two."""


@dataclass(frozen=True, slots=True)
class ListLimits:
    """How long a list may be."""

    largest: int
    """Bytes of the file."""
    rows: int


LISTS: Final = ListLimits(LARGEST, MOST_ROWS)
LONG_LISTS: Final = ListLimits(32 * 2**20, 250_000)
"""Of all customers of a house: it is read row by row, and never whole in anybody's memory."""

_TEXT_AROUND_A_ZERO: Final = 50
"""Letters that stand around a stray zero byte of a text; a program's file has more zeros."""


def sheets(content: bytes, limits: ListLimits = LISTS) -> Iterator[Sheet]:
    """Give the sheets that people see; a text is one. Raises UnreadableError."""
    require_something(content, limits)
    if content.startswith(ZIP):
        for sheet in sheets_of_workbook(content, limits.largest):
            sheet.rows = _counted(sheet.rows, limits.rows)
            yield sheet
        return
    refuse_foreign(content)
    yield sheet_of(text_of(content), limits)


def sheet_of(given: Text, limits: ListLimits = LISTS) -> Sheet:
    """Return a text as a sheet. Raises UnreadableError."""
    nothing = given.text.count("\0")
    if nothing * _TEXT_AROUND_A_ZERO > len(given.text):
        raise UnreadableError(Whole.NOT_A_LIST)
    if nothing:
        given = replace(given, text=given.text.replace("\0", BAD), bad=given.bad + nothing)
    said: list[Said] = []
    if given.guessed:
        said.append(Said(Remark.ENCODING, {"encoding": given.guessed}))
    rows = _counted(delimited.rows(given.text), limits.rows)
    return Sheet("", _with_bad(rows, said) if given.bad else rows, said, set())


def require_something(content: bytes, limits: ListLimits = LISTS) -> None:
    """Refuse what needs no reading at all: nothing, or far too much. Raises UnreadableError."""
    if len(content) > limits.largest:
        raise UnreadableError(Whole.TOO_LARGE, most=limits.largest // 2**20)
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableError(Whole.EMPTY)


def _counted(rows: Iterator[Row], most: int) -> Iterator[Row]:
    for seen, row in enumerate(rows):
        if seen > most:
            raise UnreadableError(Whole.TOO_MANY_ROWS, most=most)
        yield row


def _with_bad(rows: Iterator[Row], said: list[Said]) -> Iterator[Row]:
    """Give the rows, and say at the end in which of them a byte could not be read."""
    lines = []
    for row in rows:
        if any(BAD in cell for cell in row.cells):
            lines.append(row.line)
        yield row
    if lines:
        said.append(Said(Remark.BAD_BYTES, {"count": len(lines), "rows": runs(lines)}))
