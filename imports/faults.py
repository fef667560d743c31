"""What can be wrong with a list: as a whole, or in one of its rows. Does no I/O.

A fault is a name; its sentence is said in the language of who reads it. What stood in the file is
given back clean and short.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Whole(StrEnum):
    """Why a file cannot be read as a list at all."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NOT_A_LIST = "not_a_list"  # a picture, a program, an archive of something else
    OLD_EXCEL = "old_excel"  # .xls of before 2007
    LETTERS = "letters"  # neither UTF-8 nor GB18030
    QUOTES = "quotes"  # a quotation mark that is never closed
    BROKEN = "broken"  # an XLSX that is torn, or made to hurt
    LOCKED = "locked"  # protected by a password
    NO_NUMBER_COLUMN = "no_number_column"
    NO_ROWS = "no_rows"  # a header and nothing under it
    TOO_LONG = "too_long"  # the reading took longer than it may
    TOO_MUCH = "too_much"  # the reading took more memory than it may
    TOO_MUCH_TEXT = "too_much_text"  # all that would be kept, together
    BUSY = "busy"  # others bring lists at this moment


class InRow(StrEnum):
    """Why one row is not called."""

    NO_NUMBER = "no_number"  # the cell is empty
    NOT_A_NUMBER = "not_a_number"
    CUT_BY_EXCEL = "cut_by_excel"  # 1.38E+10: the digits are gone
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_SUCH_NUMBER = "no_such_number"
    EXTENSION = "extension"  # nobody dials on after the answer
    EMERGENCY = "emergency"
    PREMIUM = "premium"  # it costs who calls it
    LANGUAGE = "language"
    ZONE = "zone"
    ZONE_NEEDED = "zone_needed"  # a country of several zones
    TICKET = "ticket"  # not like the number of a ticket
    NO_SUCH_TICKET = "no_such_ticket"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, and what stood there."""

    line: int
    """As a spreadsheet counts, from 1."""
    why: InRow
    given: str


class UnreadableError(Exception):
    """The file is no list that can be read; `why` and what its sentence needs."""

    def __init__(self, why: Whole, **gaps: object) -> None:
        super().__init__(why.value)
        self.why = why
        self.gaps: Mapping[str, object] = gaps


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
