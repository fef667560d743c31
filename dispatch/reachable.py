"""Tells, when something is asked for, whether the machine could ever ring a number.

Nobody is promised a call that no line leads to, or that the guard would refuse at every hour.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dispatch.guard import guard
from phone_numbers import dialling
from phone_numbers.reading import emergency_of, leads_to
from settings import Settings
from trunks import reading as trunks

DIALLED: Final = re.compile(r"[0-9*#]{2,20}")
"""What can be dialled."""


def has_line(number: str, settings: Settings) -> bool:
    """Tell whether a line leads to a number: a phone of the house, or the trunk."""
    own = {*settings.phones.split(","), *settings.seats}
    return DIALLED.fullmatch(number) is not None and (trunks.leads_out(settings) or number in own)


def may_ever_ring(settings: Settings) -> Callable[[str], bool]:
    """Return what tells whether the guard lets a number ring at any hour."""
    never = guard(settings).never
    return lambda number: never(number) is None


def reachable(number: str, settings: Settings) -> bool:
    """Tell whether a line leads to a number that may ever be rung."""
    return has_line(number, settings) and may_ever_ring(settings)(number)


def is_emergency(number: str, settings: Settings) -> bool:
    """Tell whether a number could reach an emergency service, as that of room 119 would."""
    plan = replace(settings.number_plan, house=frozenset())  # room 119 is no phone of the house
    read = leads_to(number, plan)
    listed = {*settings.emergency_numbers.split(",")} - {""}
    return dialling.is_emergency(read, listed | emergency_of(settings.region))
