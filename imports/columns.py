"""Which row names the columns of a list, and which column is which. Does no I/O.

A header is known by its words, however people decorate them: `* 手机号码（必填）`,
`客户姓名 / Name`, 電話號碼. A title above it is passed over. Several columns may hold the same:
the first one that is filled counts, and that is said. A column of somebody else's number (the
manager's, who to ask) is never taken for the person's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from callflow.text import clean
from imports.decoding import Row, Sheet
from imports.faults import InRow, Remark, Said, UnreadableError, Whole, letters_of
from imports.headers import (
    LONGEST_HEADER,
    PHONE_LIKE,
    Words,
    is_nothing,
    meaning,
    meanings,
    plain_of,
)

__all__ = ["Columns", "Found", "Words", "columns", "found_in", "is_nothing", "most_named"]

MOST_SHOWN: Final = 8
LOOKED_AT: Final = 20
"""Rows among which the header must be."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands in a row."""

    places: Mapping[str, Sequence[int]]
    """Of the columns that are known, by their name; several hold the same."""
    others: Mapping[int, str]
    """Headers of the columns that are kept as they are, by place."""
    width: int = 0
    titles: Mapping[int, str] = field(default_factory=dict)
    """All headers, by place."""
    hidden: frozenset[int] = frozenset()
    """Places that nobody sees."""
    has_others: bool = False
    """Whether numbers stand in other columns, too."""
    usual: int = 0
    """Cells that most rows have."""

    def place(self, name: str, row: Sequence[str]) -> int | None:
        """Return where a known column of a row is: the first one that is filled, else the first."""
        places = self.places.get(name, ())
        filled = (place for place in places if place < len(row) and not is_nothing(row[place]))
        return next(filled, places[0] if places else None)

    def cell(self, name: str, row: Sequence[str]) -> str:
        """Return what stands in a known column, empty where the row is shorter."""
        place = self.place(name, row)
        text = row[place] if place is not None and place < len(row) else ""
        return "" if is_nothing(text) else text

    def kept(self, row: Sequence[str], longest: int) -> dict[str, str]:
        """Return what stands in the other columns, the empty ones left out."""
        found = {
            header: clean(row[place], longest)
            for place, header in self.others.items()
            if place < len(row)
        }
        return {header: text for header, text in found.items() if text}

    def wrong_width(self, row: Sequence[str]) -> InRow | None:
        """Return a fault for a row of a text in which a number may stand in another's place."""
        behind = [cell for cell in row[self.width :] if cell]
        is_wrong = len(row) < max(self.width, self.usual) or behind
        if is_wrong and (self.has_others or any(map(_PHONE_DIGITS.search, behind))):
            return InRow.SHIFTED
        return None


_PHONE_DIGITS: Final = re.compile(r"[0-9](?:[ -]?[0-9]){6,}")


@dataclass(frozen=True, slots=True)
class Found:
    """The list in what was brought: its columns, the rows under them, what is said of it."""

    columns: Columns
    rows: Iterator[Row]
    said: list[Said]
    """What comes up with the last row is added then."""
    is_text: bool
    header: int
    """The header's row, as a spreadsheet counts."""
    sheet: str = ""
    """The sheet's name; empty: a text."""


def found_in(sheets: Iterable[Sheet], words: Words, *, needed: Sequence[str], most: int) -> Found:
    """Return the first sheet whose header names all that is needed. Raises UnreadableError."""
    shown = ""
    hidden, empty = False, True
    names = []
    for sheet in sheets:
        head = _head(sheet.rows)
        if not head:
            continue
        empty = False
        names.append(sheet.name)
        at, known = _best(head, words, needed, sheet.hidden_columns)
        if known is not None:
            _require_narrow(head[at].cells, most)
            return _found(sheet, head, at, known)
        _require_narrow(head[0].cells, most)
        seen = [replace(row, is_hidden=False) for row in head]
        hidden = hidden or _best(seen, words, needed, frozenset())[1] is not None
        shown = shown or _shown(head)
    if empty:
        raise UnreadableError(Whole.EMPTY)
    if hidden:
        raise UnreadableError(Whole.HIDDEN_NUMBER_COLUMN)
    where = ", ".join(filter(None, names[:MOST_SHOWN]))
    raise UnreadableError(Whole.NO_NUMBER_COLUMN, found=shown or "–", sheets=where or "–")


def _head(rows: Iterator[Row]) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) == LOOKED_AT:
            break
    return found


def _require_narrow(cells: Sequence[str], most: int) -> None:
    if len(cells) > most:
        raise UnreadableError(Whole.TOO_MANY_COLUMNS, most=most, found=len(cells))


def _best(
    head: Sequence[Row], words: Words, needed: Sequence[str], hidden: frozenset[int]
) -> tuple[int, Columns | None]:
    """Return which row names most columns, and what it names."""
    best, at = None, 0
    for number, row in enumerate(head):
        if row.fault or row.is_hidden:
            continue
        known = columns(row.cells, words, hidden)
        if all(name in known.places for name in needed) and (
            best is None or len(known.places) > len(best.places)
        ):
            best, at = known, number
    return at, best


def most_named(rows: Sequence[Row], words: Words) -> Columns:
    """Return what the row names that names most columns; for lists that lack one."""
    named = [columns(row.cells, words) for row in rows[:LOOKED_AT] if not row.fault]
    return max(named, key=lambda each: len(each.places), default=Columns({}, {}))


def _found(sheet: Sheet, head: Sequence[Row], at: int, known: Columns) -> Found:
    if head[at].line > 1:
        sheet.said.append(Said(Remark.HEADER, {"row": head[at].line}))
    numbers = known.places.get("number", ())
    if len(numbers) > 1:
        called, *others = (f"{letters_of(place)} {known.titles[place]}" for place in numbers)
        gaps = {"called": called, "others": ", ".join(others)}
        sheet.said.append(Said(Remark.NUMBER_COLUMNS, gaps))
    rows = _after(head[at + 1 :], sheet.rows)
    below = head[at + 1 :]
    widths = Counter(len(row.cells) for row in below).most_common(1)
    usual = widths[0][0] if widths else 0
    known = replace(known, has_others=_has_others(known, below), usual=usual)
    return Found(known, rows, sheet.said, not sheet.name, head[at].line, sheet.name)


def _has_others(known: Columns, below: Sequence[Row]) -> bool:
    """Tell whether a column that is not called holds numbers, by its title or its cells."""
    called = set(known.places.get("number", ()))
    titles = (plain_of(title) for place, title in known.titles.items() if place not in called)
    cells = (cell for row in below for place, cell in enumerate(row.cells) if place not in called)
    return any(map(PHONE_LIKE.search, titles)) or any(map(_PHONE_DIGITS.search, cells))


def _after(head: Sequence[Row], rows: Iterator[Row]) -> Iterator[Row]:
    yield from head
    yield from rows


def columns(header: Sequence[str], words: Words, hidden: frozenset[int] = frozenset()) -> Columns:
    """Return the columns that a row names; those that nobody sees are not there."""
    meant = meanings(words)
    places: dict[str, list[int]] = {}
    others: dict[int, str] = {}
    titles: dict[int, str] = {}
    for place, given in enumerate(header):
        title = clean(given, LONGEST_HEADER)
        if place in hidden or not title:
            continue
        titles[place] = title
        name = meaning(given, meant)
        if name is not None:
            places.setdefault(name, []).append(place)
        if name is None or name == "note" or places[name][0] != place:
            others[place] = _fresh(title, others.values())
    return Columns(places, others, len(header), titles, hidden)


def _shown(head: Sequence[Row]) -> str:
    """Return what stands in the row that looks most like a header."""
    widest = max(head[:3], key=lambda row: sum(map(bool, row.cells)))
    titles = [title for title in (clean(each, 20) for each in widest.cells) if title]
    return " | ".join(titles[:MOST_SHOWN])


def _fresh(title: str, taken: Iterable[str]) -> str:
    """Return a header that no other column has."""
    known = set(taken)
    number = 2
    fresh = title
    while fresh in known:
        fresh, number = f"{title} {number}", number + 1
    return fresh
