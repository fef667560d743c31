"""Owns what a telephone number in a list means, and what is dialled for it. Does no I/O.

A number of our own country is kept as it is dialled and shown at home (13812345678, 01012345678),
one of another country with our prefix for abroad (00…). Emergency numbers, and those that cost
whoever calls them, are never called from a list.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult
from phonenumbers.timezone import (
    time_zones_for_geographical_number,
    time_zones_for_number,
)

from callflow.text import clean
from imports.faults import InRow

LONGEST = 40
"""Characters looked at; the longest number there is has 15 digits."""
LONGEST_EMERGENCY = 6
"""Digits of an emergency number, at most."""

_CUT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_AS_FIGURE = re.compile(r"([0-9]{3,})\.0+")
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


class WrongNumberError(Exception):
    """What was given is no number to call; `why` says it."""

    def __init__(self, why: InRow) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Number:
    """What is dialled, and the zones of the world it may ring in."""

    dialled: str
    zones: tuple[str, ...]
    """Empty: at home, where the house's zone is."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Reads numbers as somebody at home in a country writes them.

    `region` is like CN. `own` are telephones of the house, dialled as they are.
    """

    region: str
    own: Collection[str] = frozenset()

    def read(self, given: str) -> Number:
        """Return the number. Raises WrongNumberError."""
        text = clean(unicodedata.normalize("NFKC", given[: LONGEST * 4]), LONGEST + 1)
        if whole := _AS_FIGURE.fullmatch(text):
            text = whole[1]  # a cell that held a figure: 13812345678.0
        if text in self.own:
            return Number(text, ())
        if not text:
            raise WrongNumberError(InRow.NO_NUMBER)
        if _CUT.fullmatch(text):
            raise WrongNumberError(InRow.CUT_BY_EXCEL)
        short = len(text) <= LONGEST_EMERGENCY or not text.isdecimal()
        if short and phonenumbers.is_emergency_number(text, self.region):
            raise WrongNumberError(InRow.EMERGENCY)
        return self._understood(self._parsed(text))

    def _parsed(self, text: str) -> PhoneNumber:
        try:
            return phonenumbers.parse(text, self.region)
        except NumberParseException as error:
            raise WrongNumberError(
                InRow.TOO_LONG
                if error.error_type == NumberParseException.TOO_LONG
                else InRow.NOT_A_NUMBER
            ) from None

    def _understood(self, number: PhoneNumber) -> Number:
        if number.extension:
            raise WrongNumberError(InRow.EXTENSION)
        kind = phonenumbers.number_type(number)
        if kind == PhoneNumberType.UNKNOWN:
            raise WrongNumberError(_why_not(number))
        if kind in _COSTLY:
            raise WrongNumberError(InRow.PREMIUM)
        dialled = phonenumbers.format_out_of_country_calling_number(number, self.region)
        digits = "".join(letter for letter in dialled if letter.isdecimal())
        if dialled.startswith("+"):  # a country with several prefixes for abroad
            digits = f"00{digits}"
        return Number(digits, self._zones(number))

    def _zones(self, number: PhoneNumber) -> tuple[str, ...]:
        country, zones = _home(self.region)
        at_home = number.country_code == country
        if not at_home or len(zones) != 1:  # else all of its numbers are in that one zone
            zones = tuple(time_zones_for_number(number))
        return () if at_home and len(zones) != 1 else zones


@lru_cache(maxsize=16)
def _home(region: str) -> tuple[int, tuple[str, ...]]:
    """Return a region's code, and the zones of all the numbers that begin with it."""
    code = phonenumbers.country_code_for_region(region)
    return code, tuple(time_zones_for_geographical_number(PhoneNumber(country_code=code)))


def _why_not(number: PhoneNumber) -> InRow:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return InRow.TOO_SHORT
        case ValidationResult.TOO_LONG:
            return InRow.TOO_LONG
    return InRow.NO_SUCH_NUMBER
