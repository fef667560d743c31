"""Writes rows that were read as a text that reads the same: what is seen first and kept later.

The rows stay where they were, as a spreadsheet counts them; what nobody sees is left out. It is
read by `imports/delimited.py` again, never by a spreadsheet: nothing in it is defused. No I/O.
"""

import csv
import io
import re
from collections.abc import Collection, Sequence

from imports.delimited import Row
from imports.workbooks import Sheet


def kept_rows(sheet: Sheet) -> tuple[Sheet, Sequence[Row]]:
    """Return a sheet whose rows can be read once, and the rows themselves."""
    rows = list(sheet.rows)
    return Sheet(sheet.name, iter(rows), sheet.said, set(sheet.hidden_columns)), rows


def as_text(rows: Sequence[Row], hidden: Collection[int] = ()) -> str:
    """Return rows as a text with commas."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    written.write("sep=,\n")
    line = 1
    for row in rows:
        written.write("\n" * (row.line - line))
        line = row.line + 1
        if row.is_hidden:
            written.write("\n")
        elif row.fault:
            written.write(f"{' '.join(row.cells)}\n")
        else:
            writer.writerow(
                "" if place in hidden else re.sub(r"[\r\n]+", " ", cell)
                for place, cell in enumerate(row.cells)
            )
    return written.getvalue()
