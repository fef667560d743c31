"""Reads a dialled number for the guard: its sort, and its full form. Does no I/O.

What is read here is sent as it is: it is not cleaned, and nothing of it is left out, like a
carrier's prefix, of which a customer's identity (`phone_numbers/phone_number.py`) knows nothing.
What may be rung is judged elsewhere (`phone_numbers/dialling.py`).
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from phone_numbers.dialling import Number, Sort
from phone_numbers.phone_number import (
    EXTENSION_DIGITS,
    Kind,
    e164,
    is_brief,
    is_local,
    is_short,
    parsed,
    short_kind,
    written,
)
from phone_numbers.plan import NumberPlan

_SATELLITE: Final = frozenset({870, 881, 882, 883})
"""Inmarsat, satellite mobile, international networks (which are sold to fraudsters as well)."""
_PREMIUM_CODES: Final = frozenset({808, 878, 979})
"""Shared cost, personal and premium numbers of no country."""
_PREMIUM: Final = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER}
)
_SHORT_SORTS: Final = {Kind.EXTENSION: Sort.EXTENSION, Kind.SHORT: Sort.SHORT}


def leads_to(dialled: str, plan: NumberPlan) -> Number:
    """Return what a number leads to when it is dialled in a house."""
    if dialled in plan.house:
        return Number(dialled=dialled, sort=Sort.HOUSE)
    if not re.fullmatch(r"\+?[0-9]{1,20}", dialled):
        return Number(dialled=dialled, sort=Sort.UNKNOWN)
    if plan.outside and dialled.startswith(plan.outside):
        rest = dialled[len(plan.outside) :]
        found = _outside(rest, plan.region)
        if found.sort is not Sort.UNKNOWN or len(dialled) > EXTENSION_DIGITS:
            return replace(found, dialled=dialled, within=(*found.within, rest))
        return Number(dialled=dialled, sort=_short(dialled, plan), within=(rest,))
    if is_brief(dialled):
        return Number(dialled=dialled, sort=_short(dialled, plan))
    return _outside(dialled, plan.region)


def _short(dialled: str, plan: NumberPlan) -> Sort:
    return _SHORT_SORTS[short_kind(dialled, plan)]


def _outside(dialled: str, region: str) -> Number:
    if dialled and is_short(dialled, region):
        return Number(dialled=dialled, sort=Sort.SHORT)
    return _public(dialled, region)


@lru_cache(maxsize=16)
def emergency_of(region: str) -> frozenset[str]:
    """Return the emergency numbers (three digits) that a region's numbering plan names."""
    every = (f"{number:03d}" for number in range(1000))
    return frozenset(one for one in every if phonenumbers.is_emergency_number(one, region))


@lru_cache(maxsize=4096)
def _public(dialled: str, region: str) -> Number:
    """Return what a number of the public network is."""
    number = parsed(dialled, region)
    if number is None:
        return Number(dialled=dialled, sort=Sort.UNKNOWN)
    return Number(
        dialled=dialled,
        sort=_sort(number, dialled, region),
        full=e164(number),
        within=(phonenumbers.national_significant_number(number),),
    )


def _sort(number: PhoneNumber, dialled: str, region: str) -> Sort:
    if number.country_code in _SATELLITE:
        return Sort.SATELLITE
    if number.country_code in _PREMIUM_CODES:
        return Sort.PREMIUM
    if not phonenumbers.is_valid_number(number):
        return Sort.HOME if is_local(dialled, region) else Sort.UNKNOWN
    if dialled not in written(number, region):
        return Sort.UNKNOWN
    if phonenumbers.number_type(number) in _PREMIUM:
        return Sort.PREMIUM
    # one country code may be that of many countries: +1 876 is not the United States
    domestic = phonenumbers.region_code_for_number(number) == region
    return _in_an_area(number, region) if domestic else Sort.ABROAD


def _in_an_area(number: PhoneNumber, region: str) -> Sort:
    """Return what a domestic number is: behind an area code may be no ordinary telephone.

    020 16812345 is the voice service 16812345 as Guangzhou has it, 010 95588 a bank's short code.
    """
    code = phonenumbers.length_of_geographical_area_code(number)
    local = phonenumbers.national_significant_number(number)[code:]
    if not code:
        return Sort.HOME
    if is_short(local, region):
        return Sort.SHORT
    alone = PhoneNumber(country_code=number.country_code, national_number=int(local))
    if phonenumbers.number_type(alone) in _PREMIUM:
        return Sort.PREMIUM
    return Sort.UNKNOWN if region == "CN" and local[0] in "019" else Sort.HOME
