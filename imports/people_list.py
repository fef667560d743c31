"""What a list of people says: who can be called, and what is wrong with which line (CBK-3).

All of it is found before a single call. Does no I/O; whether a number may be called and a ticket is
there are the database's to say.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from callflow.rules.wall_clock import is_zone
from callflow.text import clean
from imports.columns import Columns, Found, Words, found_in
from imports.decoding import MOST_COLUMNS, Row, sheets
from imports.faults import (
    Fault,
    InRow,
    Person,
    Said,
    Twice,
    UnreadableError,
    Whole,
    letters_of,
)
from imports.numbers import Numbers, WrongNumberError

LONGEST_NAME = 80
LONGEST_EXTRA = 200
MOST_TEXT = 8 * 2**20
"""Characters that are kept of all rows: a cell that is repeated costs a workbook nothing."""
LONGEST_GIVEN = 40
"""Characters of a wrong cell that are shown."""

_TICKET = re.compile(r"[0-9]{8}-[0-9]{5,12}")
_LANGUAGES = {
    "": "",
    **dict.fromkeys(("zh", "zhcn", "cn", "chinese", "mandarin", "中文", "汉语", "普通话"), "zh"),
    **dict.fromkeys(("en", "enus", "engb", "english", "英文", "英语"), "en"),
}


PEOPLE: Words = {
    "number": (
        *(
            "电话",
            "电话号码",
            "号码",
            "手机",
            "手机号",
            "手机号码",
            "联系电话",
            "联系方式",
            "移动电话",
            "联络电话",
            "连络电话",
            "行动电话",
            "座机",
        ),
        *(
            "联系手机",
            "联系号码",
            "固话",
            "宅电",
            "客户电话",
            "被叫",
            "被叫号码",
            "number",
            "phone",
        ),
        *("phonenumber", "phoneno", "telephone", "tel", "telno", "telephonenumber", "telephoneno"),
        *("mobile", "mobilephone", "mobilenumber", "mobileno", "cell", "cellphone", "msisdn"),
    ),
    "name": (
        *(
            "姓名",
            "客户",
            "客户姓名",
            "客户名称",
            "客户名",
            "名称",
            "名字",
            "联系人",
            "用户",
            "用户姓名",
            "称呼",
        ),
        *(
            "户主",
            "户名",
            "业主",
            "住户",
            "name",
            "customer",
            "customername",
            "fullname",
            "contact",
        ),
        "contactname",
    ),
    "language": ("语言", "语种", "language", "lang"),
    "zone": ("时区", "timezone", "zone", "tz"),
    "ticket": ("工单", "工单号", "工单编号", "工单号码", "ticket", "ticketnumber", "ticketno"),
    "note": ("备注", "说明", "注释", "note", "notes", "remark", "remarks", "comment", "comments"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list says."""

    rows: int
    """Lines with something in them, the header not counted."""
    people: Sequence[Person]
    faults: Sequence[Fault]
    twice: Sequence[Twice]
    columns: Sequence[str]
    """Headers of the columns that are kept as they are."""
    remarks: Sequence[Said] = ()
    """What is said of it before anybody is called: what nobody sees in it, what was guessed."""
    hidden: int = 0
    """Rows that nobody sees, and that are not called."""


class _WrongCellError(Exception):
    def __init__(self, why: InRow, given: str, column: str = "") -> None:
        super().__init__(why.value)
        self.why, self.given, self.column = why, given, column


def read(content: bytes, numbers: Numbers) -> Reading:
    """Return what a list says. Raises UnreadableError."""
    found = found_in(sheets(content), PEOPLE, needed=("number",), most=MOST_COLUMNS)
    known = found.columns
    people: list[Person] = []
    faults: list[Fault] = []
    twice: list[Twice] = []
    first: dict[str, int] = {}
    same: dict[str, str] = {}  # most lists say the same again and again
    rows = text = hidden = 0
    for row in found.rows:
        rows += 1
        if row.is_hidden:
            hidden += 1
            continue
        try:
            _require_whole(row, known, found)
            person = _person(row.line, row.cells, known, numbers, same)
        except _WrongCellError as error:
            faults.append(_fault(row, known, error))
            continue
        text += len(person.name) + sum(map(len, person.extra.values()))
        if text > MOST_TEXT:
            raise UnreadableError(Whole.TOO_MUCH_TEXT, line=row.line)
        before = first.setdefault(person.identity, row.line)
        if before == row.line:
            people.append(person)
        else:
            twice.append(Twice(row.line, before, person.number))
    if not rows:
        raise UnreadableError(Whole.NO_ROWS)
    kept = list(known.others.values())
    return Reading(rows, people, faults, twice, kept, found.said, hidden)


def _require_whole(row: Row, known: Columns, found: Found) -> None:
    if row.fault:
        raise _WrongCellError(row.fault, " ".join(row.cells))
    if found.is_text and (why := known.wrong_width(row.cells)):
        raise _WrongCellError(why, " | ".join(row.cells))


def _fault(row: Row, known: Columns, error: _WrongCellError) -> Fault:
    place = known.place(error.column, row.cells) if error.column else None
    cell = "" if place is None else f"{letters_of(place)}{row.line}"
    return Fault(row.line, error.why, clean(error.given, LONGEST_GIVEN), cell)


def _person(
    line: int, row: Sequence[str], known: Columns, numbers: Numbers, same: dict[str, str]
) -> Person:
    given = known.cell("number", row)
    try:
        number = numbers.read(given)
    except WrongNumberError as error:
        raise _WrongCellError(error.why, given, "number") from None
    return Person(
        line=line,
        number=number.number.shown,
        identity=number.number.identity,
        name=clean(known.cell("name", row), LONGEST_NAME),
        language=_language(known.cell("language", row)),
        zone=_zone(known.cell("zone", row), number.zones, given),
        ticket=_ticket(known.cell("ticket", row)),
        extra={
            header: same.setdefault(text, text)
            for header, text in known.kept(row, LONGEST_EXTRA).items()
        },
    )


def _language(given: str) -> str:
    plain = "".join(letter for letter in given.casefold() if letter.isalpha())
    if plain not in _LANGUAGES:
        raise _WrongCellError(InRow.LANGUAGE, given, "language")
    return _LANGUAGES[plain]


def _zone(given: str, zones: Sequence[str], number: str) -> str:
    """Return the zone of the row; else the one the number rings in; empty: the house's."""
    name = clean(given, 64)
    if name:
        if not _is_zone(name):
            raise _WrongCellError(InRow.ZONE, given, "zone")
        return name
    if not zones:
        return ""
    if len(zones) > 1 or not _is_zone(zones[0]):
        raise _WrongCellError(InRow.ZONE_NEEDED, number, "number")
    return zones[0]


@lru_cache(maxsize=512)
def _is_zone(name: str) -> bool:
    return is_zone(name)


def _ticket(given: str) -> str:
    number = clean(unicodedata.normalize("NFKC", given), 24)
    if number and not _TICKET.fullmatch(number):
        raise _WrongCellError(InRow.TICKET, given, "ticket")
    return number
