"""Owns reading a telephone number: what it leads to, and its full form. Does no I/O.

By the numbering plans that `phonenumbers` carries. What may be rung is judged elsewhere
(`callflow/rules/dialling.py`).
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from callflow.rules.dialling import Number, Sort

EXTENSION_DIGITS: Final = 6
"""A number with at most so many digits, and none of them 0 at the front, is one of the PBX."""
LOCAL_DIGITS: Final = range(7, 9)
"""A number of the same town, without its area code."""

_SATELLITE: Final = frozenset({870, 881, 882, 883})
"""Inmarsat, satellite mobile, international networks (which are sold to fraudsters as well)."""
_PREMIUM_CODES: Final = frozenset({808, 878, 979})
"""Shared cost, personal and premium numbers of no country."""
_PREMIUM: Final = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER}
)


@dataclass(frozen=True)
class Numbering:
    """How numbers are read in one house."""

    region: str = "CN"
    """Two letters: whose numbers are domestic."""
    house: frozenset[str] = frozenset()
    """Phones of the house, and others that its settings name."""
    outside: str = ""
    """What the trunk wants dialled before a number of the public network."""

    def read(self, dialled: str) -> Number:
        """Return what a number leads to; `dialled` is sent as it is, so it is not cleaned."""
        if dialled in self.house:
            return Number(dialled=dialled, sort=Sort.HOUSE)
        if not re.fullmatch(r"\+?[0-9]{1,20}", dialled):
            return Number(dialled=dialled, sort=Sort.UNKNOWN)
        if self.outside and dialled.startswith(self.outside):
            rest = dialled[len(self.outside) :]
            found = _public(rest, self.region)
            if found.sort is not Sort.UNKNOWN or len(dialled) > EXTENSION_DIGITS:
                return replace(found, dialled=dialled, within=(*found.within, rest))
            return Number(dialled=dialled, sort=Sort.EXTENSION, within=(rest,))
        if len(dialled) <= EXTENSION_DIGITS and dialled[0] not in "+0":
            return Number(dialled=dialled, sort=Sort.EXTENSION)
        return _public(dialled, self.region)


@lru_cache(maxsize=16)
def emergency_of(region: str) -> frozenset[str]:
    """Return the emergency numbers (three digits) that a region's numbering plan names."""
    every = (f"{number:03d}" for number in range(1000))
    return frozenset(one for one in every if phonenumbers.is_emergency_number(one, region))


@lru_cache(maxsize=4096)
def _public(dialled: str, region: str) -> Number:
    """Return what a number of the public network is."""
    try:
        parsed = phonenumbers.parse(dialled, region)
    except NumberParseException:
        return Number(dialled=dialled, sort=Sort.UNKNOWN)
    full = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = str(parsed.national_number)
    return Number(
        dialled=dialled,
        sort=_sort(parsed, dialled, region),
        full=full,
        within=(national,),
    )


def _sort(parsed: PhoneNumber, dialled: str, region: str) -> Sort:
    home = parsed.country_code == phonenumbers.country_code_for_region(region)
    if parsed.country_code in _SATELLITE:
        return Sort.SATELLITE
    if parsed.country_code in _PREMIUM_CODES:
        return Sort.PREMIUM
    if not phonenumbers.is_valid_number(parsed):
        local = home and len(dialled) in LOCAL_DIGITS and dialled[0] not in "+0"
        possible = local and phonenumbers.is_possible_number(parsed)
        return Sort.HOME if possible else Sort.UNKNOWN
    if phonenumbers.number_type(parsed) in _PREMIUM:
        return Sort.PREMIUM
    # one country code may be that of many countries: +1 876 is not the United States
    return Sort.HOME if phonenumbers.region_code_for_number(parsed) == region else Sort.ABROAD
