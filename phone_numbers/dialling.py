"""Dialling rules: which numbers the machine may ring, when, how often, for how much. No I/O.

A guard against toll fraud and runaway loops. Emergency numbers are never rung by the machine,
whatever is allowed; people dial them freely (dialplan/phones.conf). The house's own phones and
short numbers of its PBX cost nothing: for them neither rates nor spending count.

What sort of number it is was found out before (`phone_numbers/reading.py`); here it is judged.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import Final

from callflow.rules.hours import OpenHours


class Sort(StrEnum):
    """What a number leads to."""

    HOUSE = "house"
    """A phone of the house, or one that its settings name."""
    EXTENSION = "extensions"
    """A short number of the PBX behind the trunk: a room."""
    HOME = "home"
    """An ordinary number of the home region."""
    SHORT = "short"
    """A short code of the public network, of whatever price: 10086, 95588, 12580."""
    ABROAD = "abroad"
    PREMIUM = "premium"
    SATELLITE = "satellite"
    UNKNOWN = "unknown"
    """No number of any network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it would be dialled, and what is known of it."""

    dialled: str
    sort: Sort
    full: str = ""
    """With the country code, `+8613800138000`; empty: not of the public network."""
    within: tuple[str, ...] = ()
    """Digits that a switch on the way might take for the whole number."""


class Why(StrEnum):
    """What a verdict rests on."""

    LISTED = "listed"
    EMERGENCY = "emergency"
    SORT = "sort"
    """Premium-rate, satellite, abroad or of no network, and not listed."""
    HOURS = "hours"
    SPENDING = "spending"
    PER_MINUTE = "per_minute"
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a number may be rung, and why."""

    allowed: bool
    why: Why

    @property
    def passes(self) -> bool:
        """Tell whether a number that may not be rung now may be later."""
        return self.why not in {Why.EMERGENCY, Why.SORT}


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the list of what may be rung: `home@08:00-21:00`, `+852`, `premium:+44909`."""

    sort: Sort | None
    prefix: str
    hours: OpenHours | None
    """None: at all hours."""

    def covers(self, number: Number) -> bool:
        """Tell whether this entry is about a number. Ordinary entries open no costly numbers."""
        if self.sort is not None and number.sort is not self.sort:
            return False
        if not self.prefix:
            return True
        if not number.full.startswith(self.prefix):
            return False
        match number.sort:
            case Sort.PREMIUM:
                return self.sort is Sort.PREMIUM
            case Sort.SATELLITE:
                return len(self.prefix) >= _WHOLE_CODE
            case _:
                return True


_WHOLE_CODE: Final = len("+870")
"""A prefix as long as this names a satellite network; a shorter one only happens to begin so."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a minute costs under a prefix, in thousandths of the currency."""

    prefix: str
    price: int


DEFAULT_ALLOWED: Final = "house,extensions,home"
DEFAULT_EMERGENCY: Final = "110,119,120,122,112,911,999"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiallingRules:
    """What a house lets the machine ring; 0 is no limit."""

    emergency: frozenset[str]
    allowed: Sequence[Allowed]
    tariffs: Sequence[Tariff] = ()
    per_minute: int = 0
    """Calls to the public network, all together."""
    per_hour: int = 0
    per_day: int = 0
    """Calls to one number."""
    spend_per_day: int = 0
    """Thousandths of the currency."""
    zone: tzinfo = UTC
    """Of the hours, and of the day for spending."""

    def price(self, number: Number) -> int:
        """Return what a minute costs, in thousandths; the longest prefix decides."""
        fits = [one for one in self.tariffs if number.full.startswith(one.prefix)]
        best = max(fits, key=lambda one: len(one.prefix), default=None)
        return best.price if best and number.full else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """What was rung already."""

    last_minute: int = 0
    """Calls to the public network in the last 60 s."""
    last_hour: int = 0
    last_day: int = 0
    """Calls to this number in the last 60 minutes, and 24 hours."""
    spent: int = 0
    """Thousandths of the currency, today."""


NOTHING: Final = SoFar()


def may_ring(
    number: Number, at: datetime, rules: DiallingRules, so_far: SoFar = NOTHING
) -> Verdict:
    """Return whether the machine may ring a number at a moment (aware)."""
    if is_emergency(number, rules.emergency):
        return Verdict(False, Why.EMERGENCY)
    covering = [one for one in rules.allowed if one.covers(number)]
    if number.sort is Sort.UNKNOWN or not covering:
        return Verdict(False, Why.SORT)
    closest = max(len(one.prefix) for one in covering)
    local = at.astimezone(rules.zone)
    hours = [one.hours for one in covering if len(one.prefix) == closest]
    if not any(each is None or each.hold(local) for each in hours):
        return Verdict(False, Why.HOURS)
    why = _limit(rules, so_far) if number.full else None
    return Verdict(why is None, why or Why.LISTED)


def _limit(rules: DiallingRules, so_far: SoFar) -> Why | None:
    """Return the limit that is reached."""
    limits = (
        (Why.SPENDING, so_far.spent, rules.spend_per_day),
        (Why.PER_MINUTE, so_far.last_minute, rules.per_minute),
        (Why.PER_HOUR, so_far.last_hour, rules.per_hour),
        (Why.PER_DAY, so_far.last_day, rules.per_day),
    )
    return next((why for why, count, most in limits if most and count >= most), None)


def is_emergency(number: Number, emergency: Collection[str]) -> bool:
    """Tell whether a number, however it is written, could reach an emergency service.

    `0110` and `010110` (an area code before it) are the police too, and `+86110`.
    """
    digits = re.sub(r"[^0-9]", "", number.dialled)
    written = {digits, *number.within}
    readings = written | {each.lstrip("0") for each in written}
    areas = number.sort is Sort.UNKNOWN  # nobody's whole number: an area may stand in front
    for reading, service in product(readings, emergency):
        before = len(reading) - len(service)
        if reading == service or (areas and reading.endswith(service) and before <= LONGEST_AREA):
            return True
    return False


LONGEST_AREA: Final = 6
"""Digits of a country's and an area's code that may stand before an emergency number."""

_SORTS: Final = {each.value: each for each in (Sort.HOUSE, Sort.EXTENSION, Sort.HOME, Sort.SHORT)}


def read_allowed(text: str) -> tuple[Allowed, ...]:
    """Read the list of what may be rung; raise ValueError with a sentence."""
    return tuple(_allowed(entry.strip()) for entry in text.split(",") if entry.strip())


def read_tariffs(text: str) -> tuple[Tariff, ...]:
    """Read prices a minute by prefix, `+86=0.10,+=2`; raise ValueError with a sentence."""
    return tuple(_tariff(entry.strip()) for entry in text.split(",") if entry.strip())


def _allowed(entry: str) -> Allowed:
    what, at, hours = entry.partition("@")
    try:
        open_at = _hours(hours) if at else None
    except ValueError:
        raise ValueError(f"{entry!r}: the hours are not like 08:00-21:00") from None
    if what in _SORTS:
        return Allowed(_SORTS[what], "", open_at)
    found = re.fullmatch(r"(premium:)?(\+[0-9]{0,15})", what)
    if not found:
        raise ValueError(
            f"{entry!r} is none of house, extensions, home, short, a prefix like +852, "
            "premium:+44909"
        )
    return Allowed(Sort.PREMIUM if found[1] else None, found[2], open_at)


def _hours(text: str) -> OpenHours:
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}", text):
        raise ValueError(text)
    return OpenHours.parse(text)


def _tariff(entry: str) -> Tariff:
    found = re.fullmatch(r"(\+[0-9]{0,15})=([0-9]{1,6}(?:\.[0-9]{1,3})?)", entry)
    if not found:
        raise ValueError(f"{entry!r} is no price a minute like +86=0.10")
    return Tariff(found[1], int(Decimal(found[2]) * 1000))
