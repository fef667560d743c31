"""Owns how rows become a CSV file that spreadsheets open, and in which nothing is a formula.

UTF-8 with the mark by which they know it. Does no I/O.
"""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as a file; what would be read as a formula is text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def defused(cell: object) -> str:
    """Return a cell that a spreadsheet takes for text: `=1+1` → `'=1+1`."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
