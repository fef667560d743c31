"""Which telephone numbers of a list can be called, and why others cannot. Does no I/O.

What a number is, is read as everywhere (`phone_numbers/phone_number.py`). Emergency numbers, and
those that cost whoever calls them, are never called from a list; neither is a number that the
numbering plan does not know, nor one that people must dial on from.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from phonenumbers import PhoneNumber as Parsed
from phonenumbers.timezone import (
    time_zones_for_geographical_number,
    time_zones_for_number,
)

from callflow.text import clean
from imports.faults import InRow
from phone_numbers.phone_number import PhoneNumber, e164, numbered, phone_number
from phone_numbers.plan import NumberPlan

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
    """A number that can be called, and the zones of the world it may ring in."""

    number: PhoneNumber
    zones: tuple[str, ...]
    """Empty: at home, where the house's zone is."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Reads numbers by the house's plan; `own` are telephones of the house that may be called."""

    plan: NumberPlan
    own: Collection[str] = frozenset()

    def read(self, given: str) -> Number:
        """Return the number. Raises WrongNumberError."""
        text = clean(unicodedata.normalize("NFKC", given[: LONGEST * 4]), LONGEST + 1)
        if whole := _AS_FIGURE.fullmatch(text):
            text = whole[1]  # a cell that held a figure: 13812345678.0
        if text in self.own:
            return Number(phone_number(text, self.plan), ())
        if not text:
            raise WrongNumberError(InRow.NO_NUMBER)
        if _CUT.fullmatch(text):
            raise WrongNumberError(InRow.CUT_BY_EXCEL)
        short = len(text) <= LONGEST_EMERGENCY or not text.isdecimal()
        if short and phonenumbers.is_emergency_number(text, self.plan.region):
            raise WrongNumberError(InRow.EMERGENCY)
        number, parsed = numbered(text, self.plan)
        if parsed is None:  # the library finds one between words too, or knows what is wrong
            parsed = self._parsed(text)
            number = phone_number(e164(parsed), self.plan)
        _require_callable(parsed)
        return Number(number, self._zones(parsed))

    def _parsed(self, text: str) -> Parsed:
        try:
            return phonenumbers.parse(text, self.plan.region)
        except NumberParseException as error:
            raise WrongNumberError(
                InRow.TOO_LONG
                if error.error_type == NumberParseException.TOO_LONG
                else InRow.NOT_A_NUMBER
            ) from None

    def _zones(self, number: Parsed) -> tuple[str, ...]:
        country, zones = _home(self.plan.region)
        at_home = number.country_code == country
        if not at_home or len(zones) != 1:  # else all of its numbers are in that one zone
            zones = tuple(time_zones_for_number(number))
        return () if at_home and len(zones) != 1 else zones


@lru_cache(maxsize=16)
def _home(region: str) -> tuple[int, tuple[str, ...]]:
    """Return a region's code, and the zones of all the numbers that begin with it."""
    code = phonenumbers.country_code_for_region(region)
    return code, tuple(time_zones_for_geographical_number(Parsed(country_code=code)))


def _require_callable(number: Parsed) -> None:
    if number.extension:
        raise WrongNumberError(InRow.EXTENSION)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        raise WrongNumberError(_why_not(number))
    if kind in _COSTLY:
        raise WrongNumberError(InRow.PREMIUM)


def _why_not(number: Parsed) -> InRow:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return InRow.TOO_SHORT
        case ValidationResult.TOO_LONG:
            return InRow.TOO_LONG
    return InRow.NO_SUCH_NUMBER
