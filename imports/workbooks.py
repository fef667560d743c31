"""Reads the sheets of an XLSX that people see, row by row. Does no I/O.

A sheet, row or column that somebody has hidden is not for us: it is said and not read. One odd
cell costs one row at most. Whatever was brought is somebody else's: it is limited before it is
unpacked.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Final

from imports.delimited import LONGEST_CELL, Row
from imports.faults import InRow, Remark, Said, UnreadableError, Whole, letters_of, runs
from imports.foreign import kind_of_archive
from imports.sheet_scan import MOST_CELLS, Seen, parts_of, seen_in

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

LARGEST_UNPACKED: Final = 64 * 2**20
MOST_PARTS: Final = 500
MOST_SHEETS: Final = 40
"""Sheets that are looked at for the list."""
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60

_PIECE, _OVERLAP = 2**18, 64
_DECLARED = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_DURATION = re.compile(rb'(formatCode=")[^"]*\[(?:h+|m+|s+)\][^"]*(")', re.IGNORECASE)
_BUILT_IN_DURATION = re.compile(rb'(numFmtId=")46(")')


class Sheet:
    """One sheet that people see: its rows come one by one, what is said of it afterwards too."""

    def __init__(self, name: str, rows: Iterator[Row], said: list[Said], hidden: set[int]) -> None:
        self.name, self.rows, self.said = name, rows, said
        self.hidden_columns = frozenset(hidden)
        """From 0."""


def sheets(content: bytes, largest: int) -> Iterator[Sheet]:
    """Give the sheets that people see, in their order. Raises UnreadableError."""
    with _torn(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        _harmless(archive, largest)
        parts = parts_of(archive)
    with _torn():
        book = _opened(content)
        names = [(one.name, f"{one.visible}".endswith(".Visible")) for one in book.sheets_metadata]
    hidden = [name for name, is_seen in names if not is_seen]
    seen = [name for name, is_seen in names if is_seen and name in parts][:MOST_SHEETS]
    for name in seen:
        said = []
        if hidden:
            said.append(Said(Remark.HIDDEN_SHEETS, {"sheets": ", ".join(hidden)[:200]}))
        if others := [each for each in seen if each != name]:
            said.append(
                Said(Remark.OTHER_SHEETS, {"sheet": name, "others": ", ".join(others)[:200]})
            )
        yield _sheet(content, book, name, parts[name], said)


def _sheet(
    content: bytes, book: "CalamineWorkbook", name: str, part: str, said: list[Said]
) -> Sheet:
    with _torn(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        seen = seen_in(archive, part)
    _is_no_desert(seen)
    columns = [place for place in sorted(seen.hidden_columns) if place <= seen.last_column]
    if columns:
        shown = ", ".join(letters_of(place) for place in columns[:20])
        said.append(Said(Remark.HIDDEN_COLUMNS, {"columns": shown}))
    if seen.hidden_rows:
        rows = sorted(seen.hidden_rows)
        said.append(Said(Remark.HIDDEN_ROWS, {"count": len(rows), "rows": runs(rows)}))
    return Sheet(name, _rows(content, book, name, seen), said, set(columns))


def _rows(content: bytes, book: "CalamineWorkbook", name: str, seen: Seen) -> Iterator[Row]:
    if not seen.last_row:  # empty, or a sheet of a chart
        return
    with _torn():
        given = book.get_sheet_by_name(name).iter_rows()
    plainly = _Plainly(content, name)
    for line in range(1, seen.last_row + 1):
        fault = None
        try:
            with _torn():
                row = _next(given)
        except OverflowError:
            row = plainly.row(line)
            fault = InRow.ODD_CELL if row is None else None
        if row is None and fault is None:
            return
        cells = _shown_all(row or [])
        if fault or any(cells):
            yield Row(line, cells, fault, line in seen.hidden_rows)


def _next(given: Iterator[Sequence[object]]) -> Sequence[object] | None:
    return next(given, None)


class _Plainly:
    """The same sheet with lengths of time as plain figures; opened when a row needs it.

    A telephone number that somebody has formatted as hours is a length that no program can hold.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name
        self._rows: Iterator[Sequence[object]] | None = None
        self._line = 0

    def row(self, line: int) -> Sequence[object] | None:
        """Return a row, None where it cannot be read so either; lines are asked for in order."""
        try:
            if self._rows is None:
                book = _opened(_without_durations(self._content))
                self._rows = book.get_sheet_by_name(self._name).iter_rows()
            while self._line < line:
                self._line += 1
                row = next(self._rows, None)
        except Exception:  # noqa: BLE001 (the library raises what comes)
            return None
        return row


def _without_durations(content: bytes) -> bytes:
    """Return the workbook with the formats of lengths of time taken out."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as plain,
    ):
        for part in given.infolist():
            data = given.read(part)
            if part.filename == "xl/styles.xml":
                data = _BUILT_IN_DURATION.sub(rb"\g<1>0\2", _DURATION.sub(rb"\g<1>0\2", data))
            plain.writestr(part.filename, data)
    return written.getvalue()


def _opened(content: bytes) -> "CalamineWorkbook":
    # it takes a moment to load, and few who import this module read an XLSX
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _harmless(archive: zipfile.ZipFile, largest: int) -> None:
    """Look at an archive before any of it is unpacked at length. Raises UnreadableError."""
    parts = archive.infolist()
    names = frozenset(part.filename for part in parts)
    # An archive that lies about a part's size is cut off at the size it tells.
    size = sum(part.file_size for part in parts)
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise UnreadableError(Whole.NOT_A_LIST, kind=kind_of_archive(names))
    if len(parts) > MOST_PARTS or size > LARGEST_UNPACKED:
        raise UnreadableError(Whole.TOO_LARGE, most=largest // 2**20)
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as xml:
                _declares_nothing(_pieces(xml))


def _pieces(xml: IO[bytes]) -> Iterator[bytes]:
    """Give a part in pieces that overlap, so that what is looked for is whole in one of them."""
    before = b""
    while piece := xml.read(_PIECE):
        yield before + piece
        before = (before + piece)[-_OVERLAP:]


def _declares_nothing(pieces: Iterable[bytes]) -> None:
    """Refuse XML that declares entities of its own: no spreadsheet program writes any."""
    for piece in pieces:
        if any(declared in piece for declared in _DECLARED):
            raise UnreadableError(Whole.BROKEN)


def _is_no_desert(seen: Seen) -> None:
    """Refuse a sheet with a cell so far away that all the empty ones before it fill our memory."""
    if seen.last_row * (seen.last_column + 1) > MOST_CELLS:
        if seen.last_row > MOST_ROWS:
            raise UnreadableError(Whole.TOO_MANY_ROWS, most=MOST_ROWS)
        raise UnreadableError(Whole.TOO_MANY_COLUMNS, most=MOST_COLUMNS, found=seen.last_column + 1)


@contextmanager
def _torn() -> Iterator[None]:
    """Turn whatever a torn or hostile workbook makes the library raise into one sentence."""
    try:
        yield
    except (UnreadableError, OverflowError):
        raise
    except Exception as error:  # the library raises what comes: KeyError, TypeError, ParseError …
        raise UnreadableError(Whole.BROKEN) from error


def _shown_all(row: Sequence[object]) -> Sequence[str]:
    shown = [_shown(value) for value in row[: MOST_COLUMNS + 1]]
    while shown and not shown[-1]:
        shown.pop()
    return shown


def _shown(value: object) -> str:
    """Return what stands in a cell, as a person would type it."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            at_midnight = value.time() == time()
            return f"{value:%Y-%m-%d}" if at_midnight else f"{value:%Y-%m-%d %H:%M}"
        case time() | timedelta():
            return _clock(value)
        case date():
            return value.isoformat()
    return str(value)[:LONGEST_CELL].strip()


def _clock(value: time | timedelta) -> str:
    """Return a time as a spreadsheet shows it, to the second nearest to it."""
    if isinstance(value, time):
        # 23:00 is kept as 22:59:59.999
        near = datetime.combine(date(2000, 1, 1), value) + timedelta(milliseconds=500)
        return f"{near:%H:%M:%S}"
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
