"""The wrong rows of a list as a file to correct and bring again.

The columns stand as they stood, and behind them why: the reader of lists passes those over.
"""

from collections.abc import AsyncIterator, Sequence

from db.bounded import Database
from features.customer_lists import queries as lists
from features.customer_lists.queries import Import, WrongRow
from features.customer_lists.wording import key_of
from imports.writing import csv_lines
from web.words import Translate

AT_ONCE = 500
WITHIN_S = 10.0


async def pieces(database: Database, brought: Import, t: Translate) -> AsyncIterator[bytes]:
    """Give the file in pieces."""
    width = len(brought.columns)
    yield b"\xef\xbb\xbf"  # without it Excel takes it for GBK
    heads = [t(f"customer_list.file_{name}") for name in ("row", "cell", "why")]
    yield csv_lines([[*brought.columns, *heads]]).encode()
    after = 0
    while rows := await _rows(database, brought.id, after):
        yield csv_lines([_line(row, width, t) for row in rows]).encode()
        after = rows[-1].line


async def _rows(database: Database, import_id: int, after: int) -> Sequence[WrongRow]:
    return await database.ask(
        lambda one: lists.wrong_rows(one, import_id, after=after, limit=AT_ONCE), within=WITHIN_S
    )


def _line(row: WrongRow, width: int, t: Translate) -> list[str]:
    cells = [*row.cells[:width], *("",) * (width - len(row.cells))]
    more = " | ".join(row.cells[width:])
    why = t(key_of(row.why))
    given = f"{row.given} {more}".strip()
    return [*cells, str(row.line), row.cell, f"{why}: {given}" if given else why]
