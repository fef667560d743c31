"""Looks through a workbook's XML for what the library that reads cells does not tell. No I/O.

Which rows and columns nobody sees, and how far away the last cell is that has something in it:
a format alone is no cell, and a cell far away must not make us keep all the empty ones before it.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from imports.faults import UnreadableError, Whole

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""Of a sheet in any spreadsheet program."""
MOST_CELLS: Final = 3_000_000
"""With something in them, and from the first to the last one with the empty ones between."""
_PIECE: Final = 2**18
_LARGEST_PLAN: Final = 4 * 2**20
"""Bytes of the parts that only say which sheets there are."""
_FILLED: Final = frozenset({"v", "is", "f"})
_YES: Final = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class Seen:
    """What was seen of one sheet; rows from 1, columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    """Of those in which something stands."""
    hidden_columns: set[int] = field(default_factory=set)
    last_row: int = 0
    last_column: int = -1


class _Scan:
    """Takes the elements of a sheet one by one."""

    def __init__(self) -> None:
        self.seen = Seen()
        self._row = 0
        self._column = -1
        self._is_hidden = False
        self._cells = 0
        self._elements: Mapping[str, Callable[[dict[str, str]], None]] = {
            "row": self._begin_row,
            "c": self._begin_cell,
            "col": self._take_columns,
        }

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take one element."""
        plain = name.rpartition(":")[2]
        if plain in _FILLED:
            self._take_filled()
        elif (taken := self._elements.get(plain)) is not None:
            taken(attributes)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = _number(attributes.get("r", ""), self._row + 1, MOST_ROWS)
        self._column = -1
        nothing = attributes.get("ht") in {"0", "0.0"}
        self._is_hidden = attributes.get("hidden", "") in _YES or nothing

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "")
        letters = place.rstrip("0123456789")
        self._column = _column(letters) if letters else self._column + 1
        if place[len(letters) :]:
            self._row = _number(place[len(letters) :], self._row, MOST_ROWS)
        if self._column >= MOST_COLUMNS:
            raise UnreadableError(Whole.TOO_MANY_COLUMNS, most=60, found=self._column + 1)

    def _take_filled(self) -> None:
        seen = self.seen
        self._cells += 1
        if self._is_hidden:
            seen.hidden_rows.add(self._row)
        seen.last_row = max(seen.last_row, self._row)
        seen.last_column = max(seen.last_column, self._column)
        if self._cells > MOST_CELLS:
            raise UnreadableError(Whole.TOO_MUCH)

    def _take_columns(self, attributes: dict[str, str]) -> None:
        width = attributes.get("width", "")
        if attributes.get("hidden", "") in _YES or width in {"0", "0.0"}:
            first = _number(attributes.get("min", ""), 1, MOST_COLUMNS)
            last = _number(attributes.get("max", ""), first, MOST_COLUMNS)
            self.seen.hidden_columns.update(range(first - 1, last))


def seen_in(archive: zipfile.ZipFile, part: str) -> Seen:
    """Return what a look through a sheet's part shows. Raises UnreadableError."""
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.begin
    try:
        with archive.open(part) as xml:
            while piece := xml.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, KeyError) as error:
        raise UnreadableError(Whole.BROKEN) from error
    return scan.seen


def parts_of(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Return the part in which each sheet is, by the sheet's name. Raises UnreadableError."""
    try:
        book = _plan(archive, "xl/workbook.xml")
        links = {
            one.get("Id", ""): one.get("Target", "")
            for one in _plan(archive, "xl/_rels/workbook.xml.rels")
        }
    except (ET.ParseError, KeyError) as error:
        raise UnreadableError(Whole.BROKEN) from error
    found = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = next((links.get(text) for key, text in sheet.items() if _is_link(key)), None)
            found[sheet.get("name", "")] = _path(target or "")
    return found


def _plan(archive: zipfile.ZipFile, part: str) -> ET.Element:
    """Return a small part; that it declares no entities was seen before."""
    if archive.getinfo(part).file_size > _LARGEST_PLAN:
        raise UnreadableError(Whole.TOO_MUCH)
    return ET.fromstring(archive.read(part))  # noqa: S314 (see above)


def _is_link(key: str) -> bool:
    return key.endswith("}id") or key == "r:id"


def _path(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _number(text: str, otherwise: int, most: int) -> int:
    if not text.isdecimal() or len(text) > len(str(most)):
        return otherwise
    return min(max(int(text), 1), most)


@lru_cache(maxsize=512)
def _column(letters: str) -> int:
    """Return which column `A`, `Z`, `AA` is, from 0."""
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return max(number - 1, 0)
