"""Parts a text into rows and cells, as programs write them and as people type them. Does no I/O.

The text says itself what parts its cells (`sep=;`), or the mark is the one by which most lines
have the same number of cells. A quotation mark that is badly closed costs its own line and no
other. Rows are counted as a spreadsheet shows them: a cell of two lines is one row.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from imports.faults import InRow
from imports.letters import BAD

MARKS: Final = ",\t;|，；"
"""What may part the cells; of two that fit the first one does."""
MOST_LOOKED_AT: Final = 1_000
"""Cells of a line; more is no list, and only their number would be said."""
LONGEST_CELL: Final = 2_000
"""Characters that are looked at; what is kept of one is less."""
_LINES_OF_A_CELL: Final = 60
_LINES_OF_A_TASTE: Final = 50
_TASTED: Final = 4_000
"""Characters of a line by which the mark is found."""
_SEP: Final = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
_NUMBER_LIKE: Final = re.compile(r"\d(?:[ -]?\d){6,}")
_AS_TEXT: Final = re.compile(r'="([^"]*)"')
"""How programs keep a spreadsheet from taking digits for a figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    line: int
    """As a spreadsheet counts, from 1."""
    cells: Sequence[str]
    fault: InRow | None = None
    """Why its cells cannot be told apart; `cells` then has the text."""
    is_hidden: bool = False


def rows(text: str, mark: str = "") -> Iterator[Row]:
    """Give every row that has something in it; `mark` is found out if it is not given."""
    physical = list(io.StringIO(text, newline=""))
    if physical and (said := _SEP.fullmatch(physical[0].strip("\r\n "))):
        mark, physical = mark or said[1], physical[1:]  # a spreadsheet does not count this line
    mark = mark or mark_of(physical)
    at = line = 0
    width = 0
    while at < len(physical):
        line += 1
        cells, taken = _record(physical, at, mark, width)
        at += taken
        if cells is None:
            given = physical[at - 1].strip()[:LONGEST_CELL]
            yield Row(line, [given], InRow.QUOTES)
        elif any(cells):
            width = width or len(cells)
            yield Row(line, cells)


def mark_of(physical: Sequence[str]) -> str:
    """Return what parts the cells: the mark that most lines have equally often, then oftenest."""
    taste = [line[:_TASTED] for line in physical[: _LINES_OF_A_TASTE * 4] if line.strip()]
    bare = [re.sub(r'"[^"]*"', "", line) for line in taste[:_LINES_OF_A_TASTE]]

    def liking(mark: str) -> tuple[int, int]:
        counts = Counter(found for line in bare if (found := line.count(mark)))
        often, lines = max(counts.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
        return lines, often

    return max(MARKS, key=liking)


def _record(
    physical: Sequence[str], at: int, mark: str, width: int
) -> tuple[Sequence[str] | None, int]:
    """Return the cells of the row that begins in a line, None: badly closed; and its lines."""
    line = physical[at]
    if '"' not in line:
        return _trimmed(line.rstrip("\r\n").split(mark, MOST_LOOKED_AT)), 1
    reader = csv.reader(
        (each.replace("\0", "") for each in physical[at : at + _LINES_OF_A_CELL]),
        delimiter=mark,
        strict=True,
    )
    try:
        cells = next(reader)
    except csv.Error:
        return _one_line(line, mark)
    if reader.line_num > 1 and _has_swallowed(cells, mark, width):
        return None, 1
    return _trimmed(cells), reader.line_num


def _one_line(line: str, mark: str) -> tuple[Sequence[str] | None, int]:
    """Read a line with marks of inches, or one so long that the library refuses it."""
    cells = line.rstrip("\r\n").split(mark, MOST_LOOKED_AT)
    is_well = all(not cell.lstrip().startswith('"') for cell in cells)
    return (_trimmed(cells) if is_well else None), 1


def _has_swallowed(cells: Sequence[str], mark: str, width: int) -> bool:
    """Tell whether a cell of several lines holds whole rows: its quotation mark is a stray one."""
    least = max(1, width - 1)
    further = [piece for cell in cells for piece in re.split(r"\r\n|\r|\n", cell)[1:]]
    holds_a_row = any(
        piece.count(mark) >= least and _NUMBER_LIKE.search(piece) for piece in further
    )
    is_short = len(cells) < width and any(mark in piece for piece in further)
    return holds_a_row or is_short or any(f"{BAD}\n" in cell for cell in cells)


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    return [_cell(cell) for cell in cells[:MOST_LOOKED_AT]]


def _cell(cell: str) -> str:
    plain = cell[:LONGEST_CELL].strip()
    quoted = _AS_TEXT.fullmatch(plain) if plain.startswith("=") else None
    return quoted[1].strip() if quoted else plain
