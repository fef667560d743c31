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
from imports.columns import Columns, columns
from imports.decoding import MOST_COLUMNS, lines
from imports.faults import Fault, InRow, Person, Twice, UnreadableError, Whole
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


class _WrongCellError(Exception):
    def __init__(self, why: InRow, given: str) -> None:
        super().__init__(why.value)
        self.why, self.given = why, given


def read(content: bytes, numbers: Numbers) -> Reading:
    """Return what a list says. Raises UnreadableError."""
    found = lines(content)
    header = next(found, None)
    if header is None:
        raise UnreadableError(Whole.EMPTY)
    known = columns(header[1], most=MOST_COLUMNS)
    people: list[Person] = []
    faults: list[Fault] = []
    twice: list[Twice] = []
    first: dict[str, int] = {}
    same: dict[str, str] = {}  # most lists say the same again and again
    rows = text = 0
    for line, row in found:
        rows += 1
        try:
            person = _person(line, row, known, numbers, same)
        except _WrongCellError as error:
            faults.append(Fault(line, error.why, clean(error.given, LONGEST_GIVEN)))
            continue
        text += len(person.name) + sum(map(len, person.extra.values()))
        if text > MOST_TEXT:
            raise UnreadableError(Whole.TOO_MUCH_TEXT, line=line)
        before = first.setdefault(person.identity, line)
        if before == line:
            people.append(person)
        else:
            twice.append(Twice(line, before, person.number))
    if not rows:
        raise UnreadableError(Whole.NO_ROWS)
    return Reading(rows, people, faults, twice, list(known.others.values()))


def _person(
    line: int, row: Sequence[str], known: Columns, numbers: Numbers, same: dict[str, str]
) -> Person:
    given = known.cell("number", row)
    try:
        number = numbers.read(given)
    except WrongNumberError as error:
        raise _WrongCellError(error.why, given) from None
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
        raise _WrongCellError(InRow.LANGUAGE, given)
    return _LANGUAGES[plain]


def _zone(given: str, zones: Sequence[str], number: str) -> str:
    """Return the zone of the row; else the one the number rings in; empty: the house's."""
    name = clean(given, 64)
    if name:
        if not _is_zone(name):
            raise _WrongCellError(InRow.ZONE, given)
        return name
    if not zones:
        return ""
    if len(zones) > 1 or not _is_zone(zones[0]):
        raise _WrongCellError(InRow.ZONE_NEEDED, number)
    return zones[0]


@lru_cache(maxsize=512)
def _is_zone(name: str) -> bool:
    return is_zone(name)


def _ticket(given: str) -> str:
    number = clean(unicodedata.normalize("NFKC", given), 24)
    if number and not _TICKET.fullmatch(number):
        raise _WrongCellError(InRow.TICKET, given)
    return number
