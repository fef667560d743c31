"""What can be wrong with a list: as a whole, or in one of its rows. Does no I/O.

A fault is a name; its sentence is said in the language of who reads it. What stood in the file is
given back clean and short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Whole(StrEnum):
    """Why a file cannot be read as a list at all."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NOT_A_LIST = "not_a_list"  # a picture, a program, a web page; `Kind` says which
    OLD_EXCEL = "old_excel"  # .xls of before 2007
    LETTERS = "letters"  # in no encoding that we can tell
    BROKEN = "broken"  # an XLSX that is torn, or made to hurt
    LOCKED = "locked"  # protected by a password
    NO_NUMBER_COLUMN = "no_number_column"
    HIDDEN_NUMBER_COLUMN = "hidden_number_column"
    NO_ROWS = "no_rows"  # a header and nothing under it
    TOO_LONG = "too_long"  # the reading took longer than it may
    TOO_MUCH = "too_much"  # the reading took more memory than it may
    TOO_MUCH_TEXT = "too_much_text"  # all that would be kept, together
    BUSY = "busy"  # others bring lists at this moment


class Kind(StrEnum):
    """What a file is that is no list: each has its own advice."""

    WEB_PAGE = "web_page"  # what many programs call “export to Excel”
    XML_2003 = "xml_2003"
    OPEN_DOCUMENT = "open_document"
    BINARY_EXCEL = "binary_excel"  # .xlsb
    NUMBERS = "numbers"  # Apple's
    DOCUMENT = "document"  # Word, PowerPoint, PDF
    PICTURE = "picture"
    ARCHIVE = "archive"
    CONTACTS = "contacts"  # vCard
    JSON = "json"


class InRow(StrEnum):
    """Why one row is not called."""

    NO_NUMBER = "no_number"  # the cell is empty
    NOT_A_NUMBER = "not_a_number"
    LETTERS = "letters"  # 138OO138OOO
    CUT_BY_EXCEL = "cut_by_excel"  # 1.38E+10: the digits are gone
    MASKED = "masked"  # 138****8000
    SEVERAL = "several"  # two numbers in one cell
    FOREIGN = "foreign"  # written as abroad, without the country's code
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_SUCH_NUMBER = "no_such_number"
    SHORT_CODE = "short_code"  # 95588
    EXTENSION = "extension"  # nobody dials on after the answer
    EMERGENCY = "emergency"
    PREMIUM = "premium"  # it costs who calls it
    LANGUAGE = "language"
    ZONE = "zone"
    ZONE_NEEDED = "zone_needed"  # a country of several zones
    TICKET = "ticket"  # not like the number of a ticket
    NO_SUCH_TICKET = "no_such_ticket"
    QUOTES = "quotes"  # a quotation mark that is badly closed
    SHIFTED = "shifted"  # fewer or more cells than columns: nobody knows which is which
    ODD_CELL = "odd_cell"  # what the spreadsheet program itself could not show


class Remark(StrEnum):
    """What is said of a list that can be read, before anybody is called."""

    HIDDEN_ROWS = "hidden_rows"
    HIDDEN_COLUMNS = "hidden_columns"
    HIDDEN_SHEETS = "hidden_sheets"
    OTHER_SHEETS = "other_sheets"
    ENCODING = "encoding"  # it says nothing of its letters; they were recognised
    BAD_BYTES = "bad_bytes"
    HEADER = "header"  # it does not stand in the first row
    NUMBER_COLUMNS = "number_columns"  # several; which is called


@dataclass(frozen=True, slots=True)
class Said:
    """One remark, and what its sentence needs."""

    what: Remark
    gaps: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, and what stood there."""

    line: int
    """As a spreadsheet counts, from 1."""
    why: InRow
    given: str
    cell: str = ""
    """As a spreadsheet names it: `B3`; empty: the whole row."""


class UnreadableError(Exception):
    """The file is no list that can be read; `why` and what its sentence needs."""

    def __init__(self, why: Whole, *, kind: Kind | None = None, **gaps: object) -> None:
        super().__init__(why.value)
        self.why, self.kind = why, kind
        self.gaps: Mapping[str, object] = gaps

    @property
    def sentence(self) -> str:
        """Return the key of its sentence."""
        return f"sheet.{self.why}" + (f"_{self.kind}" if self.kind else "")


@dataclass(frozen=True, slots=True)
class Twice:
    """A number that stands in the list a second time; the first one is called."""

    line: int
    first: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row that can be called."""

    line: int
    number: str
    """As it is shown."""
    identity: str
    """What it is known by."""
    name: str = ""
    language: str = ""
    """Empty: the campaign's."""
    zone: str = ""
    """Empty: the campaign's."""
    ticket: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Other columns, by their headers; the note among them."""


def letters_of(place: int) -> str:
    """Return how a spreadsheet names a column, by its place from 0: A, Z, AA."""
    name, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def runs(numbers: Sequence[int], *, most: int = 10) -> str:
    """Return numbers in order as people write them: 3, 7–9; those behind the `most` as dots."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    shown = ["–".join(map(str, run)) for run in found[:most]]
    return ", ".join(shown) + (" …" if len(found) > most else "")
