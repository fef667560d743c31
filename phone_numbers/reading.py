"""Owns reading a telephone number: what it leads to, and its full form. Does no I/O.

By the numbering plans that `phonenumbers` carries. What may be rung is judged elsewhere
(`phone_numbers/dialling.py`).
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, shortnumberinfo
from phonenumbers.phonemetadata import PhoneMetadata

from phone_numbers.dialling import Number, Sort

EXTENSION_DIGITS: Final = 6
"""A number with at most so many digits, and none of them 0 at the front, is one of the PBX."""
LOCAL_DIGITS: Final = range(7, 9)
"""A number of the same town, without its area code."""

_SHORT: Final = {"CN": re.compile(r"1[0-9]{4,5}|9[56][0-9]{3,4}")}
"""Short codes of a region that `phonenumbers` does not all know."""
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
    extensions: str = ""
    """The short numbers of the PBX, `2xxx,8xxx`; empty: all but those of the public network."""

    def read(self, dialled: str) -> Number:
        """Return what a number leads to; `dialled` is sent as it is, so it is not cleaned."""
        if dialled in self.house:
            return Number(dialled=dialled, sort=Sort.HOUSE)
        if not re.fullmatch(r"\+?[0-9]{1,20}", dialled):
            return Number(dialled=dialled, sort=Sort.UNKNOWN)
        if self.outside and dialled.startswith(self.outside):
            rest = dialled[len(self.outside) :]
            found = self._public(rest)
            if found.sort is not Sort.UNKNOWN or len(dialled) > EXTENSION_DIGITS:
                return replace(found, dialled=dialled, within=(*found.within, rest))
            return Number(dialled=dialled, sort=self._short(dialled), within=(rest,))
        if len(dialled) <= EXTENSION_DIGITS and dialled[0] not in "+0":
            return Number(dialled=dialled, sort=self._short(dialled))
        return self._public(dialled)

    def _public(self, dialled: str) -> Number:
        if dialled and is_short(dialled, self.region):
            return Number(dialled=dialled, sort=Sort.SHORT)
        return _public(dialled, self.region)

    def _short(self, dialled: str) -> Sort:
        """Return what a short number is that is dialled without `outside`."""
        if self.extensions:
            listed = any(_fits(dialled, one) for one in self.extensions.split(","))
            return Sort.EXTENSION if listed else Sort.SHORT
        # where a digit leads outside, all short numbers without it are the PBX's own
        shared = not self.outside and is_short(dialled, self.region)
        return Sort.SHORT if shared else Sort.EXTENSION


def _fits(dialled: str, pattern: str) -> bool:
    return re.fullmatch(pattern.replace("x", "[0-9]"), dialled) is not None


@lru_cache(maxsize=16)
def emergency_of(region: str) -> frozenset[str]:
    """Return the emergency numbers (three digits) that a region's numbering plan names."""
    every = (f"{number:03d}" for number in range(1000))
    return frozenset(one for one in every if phonenumbers.is_emergency_number(one, region))


@lru_cache(maxsize=4096)
def is_short(dialled: str, region: str) -> bool:
    """Tell whether a number is a short code of the region's public network."""
    if region in _SHORT and _SHORT[region].fullmatch(dialled):
        return True
    if not 2 < len(dialled) <= EXTENSION_DIGITS or not dialled.isdecimal() or dialled[0] == "0":
        return False
    code = phonenumbers.country_code_for_region(region)
    parsed = PhoneNumber(country_code=code, national_number=int(dialled))
    return shortnumberinfo.is_valid_short_number_for_region(parsed, region)


@lru_cache(maxsize=4096)
def _public(dialled: str, region: str) -> Number:
    """Return what a number of the public network is."""
    try:
        parsed = phonenumbers.parse(dialled, region)
    except NumberParseException:
        return Number(dialled=dialled, sort=Sort.UNKNOWN)
    full = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(parsed)
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
        local = home and len(dialled) in LOCAL_DIGITS and dialled[0] not in "+01"
        possible = local and phonenumbers.is_possible_number(parsed)
        return Sort.HOME if possible else Sort.UNKNOWN
    if dialled not in _written(parsed, region):
        return Sort.UNKNOWN
    if phonenumbers.number_type(parsed) in _PREMIUM:
        return Sort.PREMIUM
    # one country code may be that of many countries: +1 876 is not the United States
    domestic = phonenumbers.region_code_for_number(parsed) == region
    return _in_an_area(parsed, region) if domestic else Sort.ABROAD


def _written(parsed: PhoneNumber, region: str) -> set[str]:
    """Return how the region's plan writes a number.

    The parser also drops what it need not know: a carrier's prefix (17951 …) by which another
    network decides where the call goes, and what it costs.
    """
    rules = PhoneMetadata.metadata_for_region(region)
    national = phonenumbers.national_significant_number(parsed)
    abroad = rules and (rules.preferred_international_prefix or rules.international_prefix)
    forms = {f"+{parsed.country_code}{national}"}
    if abroad and abroad.isdecimal():
        forms.add(f"{abroad}{parsed.country_code}{national}")
    if parsed.country_code == phonenumbers.country_code_for_region(region):
        forms |= {national, f"{(rules and rules.national_prefix) or ''}{national}"}
    return forms


def _in_an_area(parsed: PhoneNumber, region: str) -> Sort:
    """Return what a domestic number is: behind an area code may be no ordinary telephone.

    020 16812345 is the voice service 16812345 as Guangzhou has it, 010 95588 a bank's short code.
    """
    code = phonenumbers.length_of_geographical_area_code(parsed)
    local = phonenumbers.national_significant_number(parsed)[code:]
    if not code:
        return Sort.HOME
    if is_short(local, region):
        return Sort.SHORT
    alone = PhoneNumber(country_code=parsed.country_code, national_number=int(local))
    if phonenumbers.number_type(alone) in _PREMIUM:
        return Sort.PREMIUM
    return Sort.UNKNOWN if region == "CN" and local[0] in "019" else Sort.HOME
