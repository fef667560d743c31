"""How the bytes that somebody brought become rows of text: CSV as programs write it, or XLSX.

Whatever was brought is somebody else's: it may be a picture, torn, or made to fill our memory. What
is read is limited before it is unpacked, and every limit is a sentence (`imports/faults.py`).
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import lru_cache
from typing import IO, Final

from imports.faults import UnreadableError, Whole

LARGEST: Final = 8 * 2**20
"""Bytes of a file; ten thousand rows of everything we know are less than two."""
LARGEST_UNPACKED: Final = 64 * 2**20
MOST_PARTS: Final = 200
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
MOST_CELLS: Final = 3_000_000
"""From A1 to the last one, with the empty ones between: each takes 32 bytes."""
MOST_LOOKED_AT: Final = 1_000
"""Cells of a line of CSV; more is no list, and only their number would be said."""
LONGEST_CELL: Final = 2_000
"""Characters that are looked at; what is kept of one is less."""

Line = tuple[int, Sequence[str]]
"""The line as a spreadsheet counts, from 1, and its cells."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE, _OVERLAP = 2**18, 64
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,8})["']""")
_DECLARED = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


def lines(content: bytes) -> Iterator[Line]:
    """Give every line that has something in it, the header first. Raises UnreadableError."""
    require_something(content)
    if content.startswith(_OLE):
        # what Excel protects by a password is wrapped like an old file
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableError(Whole.LOCKED if locked else Whole.OLD_EXCEL)
    found = _of_xlsx(content) if content.startswith(_ZIP) else _of_csv(content)
    seen = 0
    for line, cells in found:
        if any(cells):
            seen += 1
            if seen > MOST_ROWS + 1:
                raise UnreadableError(Whole.TOO_MANY_ROWS, most=MOST_ROWS)
            yield line, cells


def require_something(content: bytes) -> None:
    """Refuse what needs no reading at all: nothing, or far too much. Raises UnreadableError."""
    if len(content) > LARGEST:
        raise UnreadableError(Whole.TOO_LARGE, most=LARGEST // 2**20)
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableError(Whole.EMPTY)


def _of_csv(content: bytes) -> Iterator[Line]:
    text = _text(content)
    if "\0" in text:
        raise UnreadableError(Whole.NOT_A_LIST)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text), strict=True)
    began = 1
    try:
        for row in rows:
            yield began, [cell[:LONGEST_CELL].strip() for cell in row[:MOST_LOOKED_AT]]
            began = rows.line_num + 1
    except csv.Error:
        raise UnreadableError(Whole.QUOTES, line=began) from None


def _text(content: bytes) -> str:
    for mark, code in _BOMS:
        if content.startswith(mark):
            return _decoded(content, code)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030")  # what Excel writes on a Chinese Windows


def _decoded(content: bytes, code: str) -> str:
    try:
        return content.decode(code)
    except UnicodeDecodeError:
        raise UnreadableError(Whole.LETTERS) from None


def _mark(text: str) -> str:
    """Return what stands between the cells: the commonest candidate in the first written line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _of_xlsx(content: bytes) -> Iterator[Line]:
    _harmless(content)
    # it takes a moment to load, and few who import this module read an XLSX
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    with _torn():
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).iter_rows()
    number = 0
    while True:
        with _torn():
            row = next(rows, None)
        if row is None:
            return
        number += 1
        shown = [_shown(value) for value in row[: MOST_COLUMNS + 1]]
        while shown and not shown[-1]:
            shown.pop()
        yield number, shown


def _harmless(content: bytes) -> None:
    """Look at an archive before any of it is unpacked at length. Raises UnreadableError."""
    with _torn(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        # An archive that lies about a part's size is cut off at the size it tells.
        size = sum(part.file_size for part in parts)
        if "[Content_Types].xml" not in names or not any(
            name.startswith("xl/workbook") for name in names
        ):
            raise UnreadableError(Whole.NOT_A_LIST)
        if len(parts) > MOST_PARTS or size > LARGEST_UNPACKED:
            raise UnreadableError(Whole.TOO_LARGE, most=LARGEST // 2**20)
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as xml:
                    _is_no_desert(_declares_nothing(_pieces(xml)))


def _pieces(xml: IO[bytes]) -> Iterator[bytes]:
    """Give a part in pieces that overlap, so that what is looked for is whole in one of them."""
    before = b""
    while piece := xml.read(_PIECE):
        yield before + piece
        before = (before + piece)[-_OVERLAP:]


def _declares_nothing(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Refuse XML that declares entities of its own: no spreadsheet program writes any."""
    for piece in pieces:
        if any(declared in piece for declared in _DECLARED):
            raise UnreadableError(Whole.BROKEN)
        yield piece


def _is_no_desert(pieces: Iterable[bytes]) -> None:
    """Refuse a sheet with a cell so far away that all the empty ones before it fill our memory."""
    far_down = far_right = 0
    for piece in pieces:
        places = set(_PLACE.findall(piece))
        far_down = max(far_down, max((int(row) for _, row in places), default=0))
        far_right = max(far_right, max((_column(letters) for letters, _ in places), default=0))
    if far_down * far_right > MOST_CELLS:
        if far_down > MOST_ROWS:
            raise UnreadableError(Whole.TOO_MANY_ROWS, most=MOST_ROWS)
        raise UnreadableError(Whole.TOO_MANY_COLUMNS, most=MOST_COLUMNS)


@lru_cache(maxsize=512)
def _column(letters: bytes) -> int:
    """Return which column `A`, `Z`, `AA` is, from 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


@contextmanager
def _torn() -> Iterator[None]:
    """Turn whatever a torn or hostile workbook makes the library raise into one sentence."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as error:  # the library raises what comes: KeyError, TypeError, ParseError …
        raise UnreadableError(Whole.BROKEN) from error


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
        case date() | time():
            return value.isoformat()
    return str(value)[:LONGEST_CELL].strip()
