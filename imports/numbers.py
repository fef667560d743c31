"""Which telephone numbers of a list can be called, and why others cannot. Does no I/O.

What stands in a cell is found by `imports/written.py`; what a number is, is read as everywhere
(`phone_numbers/phone_number.py`). Emergency numbers, short codes, and those that cost whoever calls
them, are never called from a list; neither is a number that the numbering plan does not know, nor
one that people must dial on from.
"""

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

from imports.faults import InRow
from imports.written import WrongNumberError, written
from phone_numbers.dialling import Sort, is_emergency
from phone_numbers.phone_number import Kind, PhoneNumber, e164, numbered, phone_number
from phone_numbers.plan import NumberPlan
from phone_numbers.reading import emergency_of, leads_to

__all__ = ["Number", "Numbers", "WrongNumberError"]

_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_UNPARSED = {
    NumberParseException.TOO_LONG: InRow.TOO_LONG,
    NumberParseException.TOO_SHORT_NSN: InRow.TOO_SHORT,
    NumberParseException.TOO_SHORT_AFTER_IDD: InRow.TOO_SHORT,
}
_COSTLY_SORTS = frozenset({Sort.PREMIUM, Sort.SATELLITE})


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
        text = written(given, self.plan)
        if text in self.own:
            return Number(phone_number(text, self.plan), ())
        number, parsed = numbered(text, self.plan)
        if not self._is_mobile_at_home(parsed):
            self._require_harmless(text)
        return self._public(text, number, parsed)

    def _public(self, text: str, number: PhoneNumber, parsed: Parsed | None) -> Number:
        if number.kind is Kind.SHORT:
            raise WrongNumberError(InRow.SHORT_CODE)
        if parsed is None:  # the library knows what is wrong
            parsed = self._parsed(text)
            number = phone_number(e164(parsed), self.plan)
        _require_callable(parsed)
        return Number(number, self._zones(parsed))

    def in_house(self, given: str) -> PhoneNumber:
        """Return a number that may also be one of the PBX, or of the same town.

        Raises WrongNumberError.
        """
        text = written(given, self.plan)
        number, parsed = numbered(text, self.plan)
        if text in self.own or self._is_mobile_at_home(parsed):
            return number
        self._require_harmless(text)
        if number.kind in {Kind.EXTENSION, Kind.LOCAL}:
            return number
        return self._public(text, number, parsed).number

    def _is_mobile_at_home(self, number: Parsed | None) -> bool:
        """Tell whether a number is of the sort that most lists hold: nothing else can be meant."""
        return (
            number is not None
            and number.country_code == _home(self.plan.region)[0]
            and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
        )

    def _require_harmless(self, text: str) -> None:
        leads = leads_to(text, self.plan)
        if is_emergency(leads, emergency_of(self.plan.region)):
            raise WrongNumberError(InRow.EMERGENCY)
        if leads.sort in _COSTLY_SORTS:
            raise WrongNumberError(InRow.PREMIUM)

    def _parsed(self, text: str) -> Parsed:
        try:
            return phonenumbers.parse(text, self.plan.region)
        except NumberParseException as error:
            raise WrongNumberError(_UNPARSED.get(error.error_type, InRow.NOT_A_NUMBER)) from None

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
