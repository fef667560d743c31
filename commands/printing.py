"""Prints tables, sentences and times on a terminal, free of control characters.

Everything is cleaned once more on its way out: a row may have been written by an older version,
and a terminal obeys what it is sent.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callflow.text import clean

WIDEST_CELL = 500
"""Characters shown of one value; a table is no place for more."""

NOTHING = "–"
"""What stands where there is no value."""

PIPED_WIDTH = 240
"""Columns of a table that does not go to a terminal: wide enough to keep one row on one line."""


def console() -> Console:
    """Return the terminal; a pipe gets wide lines without colours."""
    found = Console(highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found = Console(highlight=False, markup=False, emoji=False, width=PIPED_WIDTH)
    return found


def table(headings: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Print a table; a value that is None or empty becomes a dash."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    _fill(drawn, rows)


def facts(rows: Iterable[tuple[str, str | None]]) -> None:
    """Print names and values, one fact a line; a fact without a value is left out."""
    drawn = Table(box=None, pad_edge=False, show_header=False)
    drawn.add_column(style="dim")
    drawn.add_column(overflow="fold")
    _fill(drawn, [row for row in rows if row[1]])


def _fill(drawn: Table, rows: Iterable[Sequence[str | None]]) -> None:
    for row in rows:
        drawn.add_row(*(cell(value) for value in row))
    terminal = console()
    with terminal.capture() as written:
        terminal.print(drawn)
    for line_ in written.get().splitlines():
        terminal.file.write(line_.rstrip() + "\n")  # rich pads lines; whoever copies them minds


def cell(value: str | None) -> Text:
    """Return one value as rich shows it: cleaned, and never read as markup."""
    return Text(clean(value or "", WIDEST_CELL) or NOTHING)


def line(text: str, style: str = "") -> None:
    """Print one sentence."""
    console().print(Text(clean(text, 4 * WIDEST_CELL)), style=style)


def moment(at: datetime | None, zone: ZoneInfo | None, *, pattern: str = "%m-%d %H:%M:%S") -> str:
    """Return a UTC time as text in `zone` (None: UTC)."""
    return at.astimezone(zone or UTC).strftime(pattern) if at else NOTHING


def seconds(value: float | None) -> str:
    """Return a length of time: 3.2 → 3.2 s, 75 → 1:15."""
    if value is None:
        return NOTHING
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)  # as on the pages
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
