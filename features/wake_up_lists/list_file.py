"""Reads a list of wake-ups, row by row (WAK-1).

Does no I/O. What people bring is opened by the one reader of lists (`imports/decoding.py`): a
workbook, or a text in whatever letters; one row names the columns, in Chinese or English and in any
order. Every row is a wish or says what is wrong with it; what the rest of the world knows (which
numbers can be rung, what is registered already) is an argument.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from callflow.call import Language
from callflow.rules.wall_clock import Repeat
from callflow.text import clean
from features.wake_up_lists.typed_moments import day_of, time_of
from features.wake_ups.rules import (
    DIALLED,
    House,
    Key,
    Registration,
    WrongRegistrationError,
    registration,
    wrong_with,
)
from imports import decoding
from imports.again import as_text, kept_rows
from imports.columns import Columns, Found, found_in, most_named
from imports.decoding import MOST_COLUMNS
from imports.faults import Said, UnreadableError, Whole, letters_of
from imports.letters import Text
from imports.written import WrongNumberError, written
from phone_numbers.digits import digits_of
from phone_numbers.phone_number import phone_number

LONGEST_FILE = 60_000
"""Bytes in UTF-8: it is sent whole, once to be looked at and once to be kept."""
MOST_ROWS = 500

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "room": (
        "房间",
        "房号",
        "房间号",
        "房间号码",
        "客房",
        "客房号",
        "room",
        "roomno",
        "roomnumber",
    ),
    "number": (
        "号码",
        "拨打号码",
        "电话",
        "电话号码",
        "分机",
        "分机号",
        "number",
        "phone",
        "extension",
    ),
    "guest": ("客人", "姓名", "客人姓名", "住客", "guest", "name", "guestname"),
    "language": ("语言", "语种", "language"),
    "wall": (
        *("叫醒时间", "时间", "叫早时间", "唤醒时间", "叫醒", "叫早", "time", "wall", "waketime"),
        *("wakeuptime", "wakeup", "wakeat"),
    ),
    "zone": ("时区", "zone", "timezone"),
    "first_day": (
        *(
            "日期",
            "开始日期",
            "叫醒日期",
            "叫早日期",
            "首日",
            "date",
            "day",
            "firstday",
            "wakedate",
        ),
        "wakeupdate",
    ),
    "last_day": ("截止日期", "结束日期", "到哪天为止", "lastday", "until"),
    "repeat": ("重复", "repeat"),
    "note": ("备注", "说明", "note", "notes", "remark", "remarks"),
}
"""The columns, and how people head them; blanks, case and underscores do not count."""
NEEDED = ("room", "wall", "first_day")
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
_AS_FIGURE = re.compile(r"([0-9]+)\.0+")


class FileFault(StrEnum):
    """What is wrong with a file as a whole."""

    EMPTY = "empty"
    ENCODING = "encoding"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    COLUMN_MISSING = "column_missing"
    UNREADABLE = "unreadable"  # `whole` says why


_OF_WHOLE: Final = {
    Whole.EMPTY: FileFault.EMPTY,
    Whole.LETTERS: FileFault.ENCODING,
    Whole.TOO_LARGE: FileFault.TOO_LONG,
    Whole.TOO_MANY_ROWS: FileFault.TOO_MANY,
}


class RowFault(StrEnum):
    """What is wrong with one row; what `registration` finds has the same names."""

    ROOM = "room"
    NUMBER = "number"
    UNREACHABLE = "unreachable"
    EMERGENCY = "emergency"
    FORBIDDEN = "forbidden"  # may be rung at no hour
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
    UNREADABLE = "unreadable"  # a quotation mark that is badly closed


PLACES: Final[Mapping[RowFault, str]] = {
    RowFault.ROOM: "room",
    RowFault.NUMBER: "number",
    RowFault.UNREACHABLE: "number",
    RowFault.FORBIDDEN: "number",
    RowFault.EMERGENCY: "number",
    RowFault.WALL: "wall",
    RowFault.ZONE: "zone",
    RowFault.DAY: "first_day",
    RowFault.LAST_DAY: "last_day",
    RowFault.REPEAT: "repeat",
    RowFault.LANGUAGE: "language",
    RowFault.PAST: "first_day",
}
"""In which column a fault is, where it is in one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the wish, or what is wrong."""

    number: int
    """As a spreadsheet counts: the heading is 1."""
    typed: Mapping[str, str]
    """Its fields by column, cleaned, as they were typed."""
    wish: Registration | None
    faults: tuple[RowFault, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    """Where its columns are, from 0."""

    def cell(self, fault: RowFault) -> str:
        """Return where a fault is, as a spreadsheet names it: `B3`; empty: the whole row."""
        column = PLACES.get(fault, "")
        place = self.places.get(column, self.places.get("room") if column == "number" else None)
        return "" if place is None else f"{letters_of(place)}{self.number}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read."""

    rows: Sequence[Row] = ()
    fault: FileFault | None = None
    missing: tuple[str, ...] = field(default=())
    """The columns without which nothing can be read."""
    whole: UnreadableError | None = None
    """Why it cannot be opened."""
    said: Sequence[Said] = ()
    """What is said of it before anybody is woken: what nobody sees in it, what was guessed."""
    text: str = ""
    """The list again, as a text that reads the same, for whoever keeps it after a look."""

    @property
    def wishes(self) -> list[Registration]:
        """Return the wishes of the rows that are right."""
        return [row.wish for row in self.rows if row.wish is not None and not row.faults]


def read(text: str, house: House) -> Sheet:
    """Return what a text asks for."""
    try:
        return read_sheets([decoding.sheet_of(Text(text))], house)
    except UnreadableError as error:
        return unreadable(error)


def unreadable(error: UnreadableError) -> Sheet:
    """Return a file that cannot be opened, and why."""
    return Sheet(fault=_OF_WHOLE.get(error.why, FileFault.UNREADABLE), whole=error)


def read_sheets(given: Iterable[decoding.Sheet], house: House) -> Sheet:
    """Return what the sheet of a file asks for that has the needed columns."""
    opened = [kept_rows(each) for each in given]
    try:
        found = found_in((one for one, _ in opened), COLUMNS, needed=NEEDED, most=MOST_COLUMNS)
    except UnreadableError as error:
        if error.why is not Whole.NO_NUMBER_COLUMN:
            return unreadable(error)
        return _without_columns([rows for _, rows in opened])
    everything = next(rows for one, rows in opened if one.name == found.sheet)
    text = as_text(everything, found.columns.hidden)
    if len(text.encode()) > LONGEST_FILE:
        return Sheet(fault=FileFault.TOO_LONG)
    sheet = _judged(found, house)
    return replace(sheet, text=text, said=found.said)


def _without_columns(sheets: Sequence[Sequence[decoding.Row]]) -> Sheet:
    rows = [row for each in sheets for row in each]
    if len(rows) < 2:
        return Sheet(fault=FileFault.EMPTY)
    known = most_named(rows, COLUMNS).places
    missing = tuple(name for name in NEEDED if name not in known)
    return Sheet(fault=FileFault.COLUMN_MISSING, missing=missing or NEEDED)


def _judged(found: Found, house: House) -> Sheet:
    rows, seen = list[Row](), set[Key]()
    for given in found.rows:
        if given.is_hidden:
            continue
        if len(rows) == MOST_ROWS:
            return Sheet(fault=FileFault.TOO_MANY)
        row = _judged_row(given, found.columns, house)
        if row.wish and row.wish.key in seen:
            row = replace(row, faults=(*row.faults, RowFault.TWICE))
        elif row.wish:
            seen.add(row.wish.key)
        rows.append(row)
    return Sheet(rows) if rows else Sheet(fault=FileFault.EMPTY)


def _judged_row(given: decoding.Row, known: Columns, house: House) -> Row:
    places = {name: known.place(name, given.cells) for name in known.places}
    if given.fault:
        typed = {"room": clean(" ".join(given.cells), 40)}
        return Row(given.line, typed, None, (RowFault.UNREADABLE,))
    typed = {name: clean(known.cell(name, given.cells), 400) for name in known.places}
    seen = {name: place for name, place in places.items() if place is not None}
    return replace(_row(given.line, typed, house), places=seen)


def without(sheet: Sheet, known: frozenset[Key]) -> Sheet:
    """Return the sheet with the rows marked that are on the register already."""
    rows = [
        replace(row, faults=(*row.faults, RowFault.KNOWN))
        if row.wish and row.wish.key in known
        else row
        for row in sheet.rows
    ]
    return replace(sheet, rows=rows)


def _row(number: int, typed: Mapping[str, str], house: House) -> Row:
    faults: list[RowFault] = []

    def must(right: object, fault: RowFault) -> None:
        if not right:
            faults.append(fault)

    room = _room(typed.get("room", ""))
    typed_number = _dialled(typed.get("number", ""), house)
    dialled = house.canonical(typed_number or house.number_of(room))
    wall, first = time_of(typed.get("wall", "")), day_of(typed.get("first_day", ""))
    last_typed = typed.get("last_day", "")
    last = day_of(last_typed) if last_typed else None
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


def _room(typed: str) -> str:
    """Return a room as it is written; a spreadsheet may have kept it as a figure."""
    room = digits_of(typed).strip().upper()
    figure = _AS_FIGURE.fullmatch(room)
    return figure[1] if figure else room


def _dialled(typed: str, house: House) -> str:
    """Return what is to be dialled; what is no number comes back as it was typed."""
    plain = digits_of(typed).strip()
    if not plain or DIALLED.fullmatch(plain):
        return plain
    try:
        return phone_number(written(plain, house.plan), house.plan).shown
    except WrongNumberError:
        return typed
