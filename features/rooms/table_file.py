"""Reads a file of rooms and their numbers, line by line. Does no I/O.

What people bring, a text or a workbook, is opened by the one reader of lists, in its sandbox
(`imports/worker.py`). Every line is an entry or says what is wrong with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from callflow.text import clean
from features.rooms.rules import Entry, Lines, Wrong, WrongEntryError, entry, taken
from imports import decoding
from imports.columns import Found, found_in
from imports.decoding import MOST_COLUMNS
from imports.delimited import Row as Given
from imports.faults import Said, UnreadableError, Whole

LARGEST: Final = 400_000
"""Bytes of a file; five thousand rooms are less than half of it, as a workbook too."""
MOST_ROWS: Final = 5_000
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "room": ("房间", "房号", "房间号", "客房", "room", "roomnumber", "roomno"),
    "number": (
        *("号码", "电话", "电话号码", "分机", "分机号", "拨打号码", "number", "phone", "telephone"),
        *("extension", "ext", "dial"),
    ),
}
_LONGEST: Final = 40


class FileFault(StrEnum):
    """What is wrong with a file as a whole."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"  # `whole` says why
    TOO_LONG = "too_long"
    COLUMN_MISSING = "column_missing"


_OF_WHOLE: Final = {
    Whole.EMPTY: FileFault.EMPTY,
    Whole.NO_NUMBER_COLUMN: FileFault.COLUMN_MISSING,
    Whole.TOO_LARGE: FileFault.TOO_LONG,
    Whole.TOO_MANY_ROWS: FileFault.TOO_LONG,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file."""

    line: int
    """As a spreadsheet counts: the heading is 1."""
    typed: Mapping[str, str]
    """Room and number as they were typed, cleaned."""
    entry: Entry | None
    faults: Sequence[Wrong] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read."""

    rows: Sequence[Row] = ()
    fault: FileFault | None = None
    whole: UnreadableError | None = None
    """Why it cannot be opened."""
    said: Sequence[Said] = ()
    """What is said before anything is kept: what nobody sees in it, what was guessed."""

    @property
    def entries(self) -> list[Entry]:
        """Return the lines that are right."""
        return [row.entry for row in self.rows if row.entry is not None and not row.faults]

    @property
    def wrong(self) -> int:
        """Return how many lines are not right."""
        return len(self.rows) - len(self.entries)


def read(given: Iterable[decoding.Sheet], house: Lines) -> Sheet:
    """Return what the sheet of a file says that has both columns."""
    try:
        found = found_in(given, COLUMNS, needed=tuple(COLUMNS), most=MOST_COLUMNS)
        rows = list(islice((row for row in found.rows if not row.is_hidden), MOST_ROWS + 1))
    except UnreadableError as error:
        return unreadable(error)
    if not rows:
        return Sheet(fault=FileFault.EMPTY)
    if len(rows) > MOST_ROWS:
        return Sheet(fault=FileFault.TOO_LONG)
    judged_rows = _once_each([_row(row, found, house) for row in rows])
    return Sheet(judged_rows, said=found.said)


def too_long() -> Sheet:
    """Return a file that is longer than any table of rooms."""
    return Sheet(fault=FileFault.TOO_LONG)


def unreadable(error: UnreadableError) -> Sheet:
    """Return a file that cannot be opened, and why."""
    return Sheet(fault=_OF_WHOLE.get(error.why, FileFault.UNREADABLE), whole=error)


def judged(sheet: Sheet, table: Mapping[str, str]) -> Sheet:
    """Return a sheet with the lines marked whose number another room has."""
    wrong = taken(sheet.entries, table)
    rows = [
        replace(row, faults=(Wrong.TAKEN,)) if row.entry in wrong and not row.faults else row
        for row in sheet.rows
    ]
    return replace(sheet, rows=rows)


def _row(row: Given, found: Found, house: Lines) -> Row:
    typed = {name: clean(found.columns.cell(name, row.cells), _LONGEST) for name in COLUMNS}
    if row.fault:
        return Row(row.line, typed, None, (Wrong.UNREADABLE,))
    try:
        return Row(row.line, typed, entry(typed["room"], typed["number"], house))
    except WrongEntryError as error:
        return Row(row.line, typed, None, error.why)


def _once_each(rows: Sequence[Row]) -> Sequence[Row]:
    seen: set[str] = set()
    found = []
    for row in rows:
        again = row.entry is not None and row.entry.room in seen
        found.append(replace(row, faults=(Wrong.TWICE,)) if again else row)
        if row.entry is not None:
            seen.add(row.entry.room)
    return found
