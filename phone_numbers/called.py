"""Numbers under which the house is called, in whatever form a trunk sends them. Does no I/O.

A trunk may write `10050` as `+8610050`, `+861010050`, `01010050`, `0086…`, or with a prefix of its
own. What all forms share is their end: the digits behind the country's code and the first zero.
"""

from collections.abc import Iterable
from typing import Final

import phonenumbers

from phone_numbers.phone_number import Kind, parsed, phone_number
from phone_numbers.plan import NumberPlan

SHORTEST_END: Final = 5
"""Digits of a number from which on anything may stand before it; a shorter one ends many others."""


def patterns(numbers: Iterable[str], region: str) -> list[tuple[str, str]]:
    """Return each number with the pattern of its forms (POSIX, whole), the most digits first."""
    found = [(number, _ends(number, region)) for number in dict.fromkeys(numbers)]
    found.sort(key=lambda one: -max(map(len, one[1])))
    return [(number, _pattern(ends, region)) for number, ends in found]


def _ends(number: str, region: str) -> tuple[str, ...]:
    known = phone_number(number, NumberPlan(region))
    public = parsed(known.identity, region) if known.kind is Kind.PUBLIC else None
    if public is None:
        return (number.lstrip("+0") or number,)
    significant = phonenumbers.national_significant_number(public)
    area = phonenumbers.length_of_geographical_area_code(public)
    local = significant[area:]
    return (significant, local) if area and len(local) >= SHORTEST_END else (significant,)


def _pattern(ends: tuple[str, ...], region: str) -> str:
    if min(map(len, ends)) >= SHORTEST_END:
        return f"[+*#0-9]*({'|'.join(ends)})"
    code = phonenumbers.country_code_for_region(region)
    return rf"(([+]|00)?{code})?0?({'|'.join(ends)})"
