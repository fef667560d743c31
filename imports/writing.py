"""Writes CSV and XLSX so that no cell is a formula.

The only writer, and the only defuser of formulas. A cell that begins like a formula would be one in
whoever's spreadsheet opens it, with whoever's rights: an apostrophe is put before it, as
spreadsheets themselves mark text. A spreadsheet of another country, or a careless one, divides a
line at `;`, a tab, `|` or a line's end inside a cell: what would stand first there is marked too,
and a cell has no line ends.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from callflow.text import clean

STARTS_A_FORMULA = tuple("=+-@＝＋－＠|%")
_LINE_ENDS = re.compile(r"\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DIVIDES = re.compile(
    r"""([;,|；，][\s"'\u200b-\u200f\u202a-\u202e\u2060\ufeff]*)(?=[=+\-@＝＋－＠%])"""
)
"""Before what would be a formula if a line were divided there."""
LONGEST_TITLE = 31
"""Characters of a sheet's name."""

_NOT_IN_A_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def defused(cell: object) -> str:
    """Return a cell's text so that no spreadsheet computes it, whatever nobody sees before it."""
    text = _DIVIDES.sub(r"\1'", _LINE_ENDS.sub(" ", str(cell)))
    heads = (text.lstrip(" "), clean(text, 1))
    return f"'{text}" if any(head.startswith(STARTS_A_FORMULA) for head in heads) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV, each cell defused."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return written.getvalue()


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as a CSV file in UTF-8, with the mark without which Excel takes it for GBK."""
    return csv_lines(rows).encode("utf-8-sig")


def workbook(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Return an XLSX with one sheet of text, the header first and held in sight."""
    from openpyxl import Workbook  # noqa: PLC0415 (takes long to load; few write one)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title.translate(_NOT_IN_A_TITLE).strip()[:LONGEST_TITLE] or "1")
    sheet.freeze_panes = "A2"
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=defused(text))
            cell.data_type = "s"  # text, whatever it looks like
            cells.append(cell)
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
