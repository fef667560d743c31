"""Reads a CSV file of wake-ups, row by row (WAK-1).

Does no I/O. A file is UTF-8 or GB18030, parted by commas, semicolons or tabs; its first line names
the columns, in Chinese or English and in any order. Every row is a wish or says what is wrong with
it; what the rest of the world knows (which numbers can be rung, what is registered already) is an
argument.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from callflow.call import Language
from callflow.rules.wall_clock import Repeat
from callflow.text import clean
from features.wake_ups.rules import (
    House,
    Key,
    Registration,
    WrongRegistrationError,
    number_of,
    registration,
    wrong_with,
)

LONGEST_FILE = 60_000
"""Bytes in UTF-8: it is sent whole, once to be looked at and once to be kept."""
MOST_ROWS = 500

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "room": ("房间", "房号", "房间号", "room"),
    "number": ("号码", "拨打号码", "电话", "number"),
    "guest": ("客人", "姓名", "guest", "name"),
    "language": ("语言", "language"),
    "wall": ("叫醒时间", "时间", "time", "wall"),
    "zone": ("时区", "zone", "timezone"),
    "first_day": ("日期", "开始日期", "date", "day", "firstday"),
    "last_day": ("截止日期", "到哪天为止", "lastday"),
    "repeat": ("重复", "repeat"),
    "note": ("备注", "note"),
}
"""The columns, and how people head them; blanks, case and underscores do not count."""
NEEDED = ("room", "wall", "first_day")
_NAMES = {name: column for column, names in COLUMNS.items() for name in names}
_LONGEST = {"guest": 40, "note": 300}

_REPEATS = {
    **dict.fromkeys(("", "一次", "once"), Repeat.ONCE),
    **dict.fromkeys(("每天", "每日", "daily"), Repeat.DAILY),
    **dict.fromkeys(("周一至周五", "工作日", "weekdays"), Repeat.WEEKDAYS),
}
_LANGUAGES = {
    **dict.fromkeys(("中文", "中文在先", "zh", "chinese"), Language.CHINESE),
    **dict.fromkeys(("英文", "英语", "英文在先", "en", "english"), Language.ENGLISH),
}
_ROOM = re.compile(r"[0-9A-Za-z-]{1,20}")
_TIME = re.compile(r"(\d{1,2})[:\uff1a.]?(\d{2})(?:[:\uff1a]00)?")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


class FileFault(StrEnum):
    """What is wrong with a file as a whole."""

    EMPTY = "empty"
    ENCODING = "encoding"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    COLUMN_MISSING = "column_missing"


class RowFault(StrEnum):
    """What is wrong with one row; what `registration` finds has the same names."""

    ROOM = "room"
    NUMBER = "number"
    UNREACHABLE = "unreachable"
    EMERGENCY = "emergency"
    WALL = "wall"
    ZONE = "zone"
    DAY = "day"
    LAST_DAY = "last_day"
    REPEAT = "repeat"
    LANGUAGE = "language"
    TEXT_TOO_LONG = "text_too_long"
    PAST = "past"
    TWICE = "twice"  # the same as another row of this file
    KNOWN = "known"  # on the register already


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the wish, or what is wrong."""

    number: int
    """As a spreadsheet counts: the heading is 1."""
    typed: Mapping[str, str]
    """Its fields by column, cleaned, as they were typed."""
    wish: Registration | None
    faults: tuple[RowFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read."""

    rows: Sequence[Row] = ()
    fault: FileFault | None = None
    missing: tuple[str, ...] = field(default=())
    """The columns without which nothing can be read."""

    @property
    def wishes(self) -> list[Registration]:
        """Return the wishes of the rows that are right."""
        return [row.wish for row in self.rows if row.wish is not None and not row.faults]


def text_of(content: bytes) -> str | None:
    """Return the text of a file in UTF-8 or GB18030, None when it is neither."""
    if b"\0" in content:
        return None  # a spreadsheet's own format, or UTF-16
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    return None


def read(text: str, house: House) -> Sheet:
    """Return what a file asks for."""
    if len(text.encode()) > LONGEST_FILE:
        return Sheet(fault=FileFault.TOO_LONG)
    lines = list(_lines(text))
    if len(lines) < 2:
        return Sheet(fault=FileFault.EMPTY)
    columns = [_NAMES.get(_plain(name), "") for name in lines[0][1]]
    if missing := tuple(name for name in NEEDED if name not in columns):
        return Sheet(fault=FileFault.COLUMN_MISSING, missing=missing)
    if len(lines) - 1 > MOST_ROWS:
        return Sheet(fault=FileFault.TOO_MANY)
    rows, seen = [], set[Key]()
    for number, cells in lines[1:]:
        typed = {
            column: clean(cell, 400) for column, cell in zip(columns, cells, strict=False) if column
        }
        row = _row(number, typed, house)
        if row.wish and row.wish.key in seen:
            row = Row(number, typed, row.wish, (*row.faults, RowFault.TWICE))
        elif row.wish:
            seen.add(row.wish.key)
        rows.append(row)
    return Sheet(rows)


def without(sheet: Sheet, known: frozenset[Key]) -> Sheet:
    """Return the sheet with the rows marked that are on the register already."""
    return Sheet(
        [
            Row(row.number, row.typed, row.wish, (*row.faults, RowFault.KNOWN))
            if row.wish and row.wish.key in known
            else row
            for row in sheet.rows
        ]
    )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty, with their numbers."""
    head = text.partition("\n")[0]
    parted = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=parted)
    try:
        for number, cells in enumerate(rows, 1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error:  # a field of endless length: what came before it is shown
        return


def _row(number: int, typed: Mapping[str, str], house: House) -> Row:
    faults: list[RowFault] = []

    def must(right: object, fault: RowFault) -> None:
        if not right:
            faults.append(fault)

    room = typed.get("room", "").upper()
    dialled = typed.get("number", "") or number_of(room)
    wall, first = _time(typed.get("wall", "")), _day(typed.get("first_day", ""))
    last_typed = typed.get("last_day", "")
    last = _day(last_typed) if last_typed else None
    repeat = _REPEATS.get(_plain(typed.get("repeat", "")))
    named = _plain(typed.get("language", ""))
    language = _LANGUAGES.get(named) if named else house.language
    zone = typed.get("zone", "") or house.zone
    must(_ROOM.fullmatch(room), RowFault.ROOM)
    must(wall is not None, RowFault.WALL)
    must(first, RowFault.DAY)
    must(last or not last_typed, RowFault.LAST_DAY)
    must(repeat, RowFault.REPEAT)
    must(language, RowFault.LANGUAGE)
    long = [name for name, most in _LONGEST.items() if len(typed.get(name, "")) > most]
    must(not long, RowFault.TEXT_TOO_LONG)
    why = wrong_with(house, number=dialled, zone=zone, first_day=first, last_day=last)
    faults += [RowFault(each) for each in why]
    if faults or wall is None or first is None or repeat is None or language is None:
        return Row(number, typed, None, tuple(faults))
    try:
        wish = registration(
            house,
            room=room,
            number=dialled,
            guest=typed.get("guest", ""),
            language=language,
            wall=wall,
            zone=zone,
            first_day=first,
            last_day=last,
            repeat=repeat,
            note=typed.get("note", ""),
        )
    except WrongRegistrationError as error:
        return Row(number, typed, None, tuple(RowFault(each) for each in error.why))
    return Row(number, typed, wish)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", clean(name, 80)).lower()


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.partition(" ")[0])
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
