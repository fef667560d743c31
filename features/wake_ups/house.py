"""The house of wake-ups, from the settings: its time zone, whom a line leads to."""

from dataclasses import replace
from datetime import datetime

from callflow.call import Language
from features.wake_ups.rules import DIALLED, House
from phone_numbers import dialling
from phone_numbers.reading import emergency_of, leads_to
from settings import Settings


def house_of(settings: Settings, now: datetime) -> House:
    """Return the house as its settings have it."""
    return House(
        zone=settings.timezone,
        language=Language(settings.language),
        now=now,
        reachable=lambda number: reachable(number, settings),
        is_emergency=lambda number: is_emergency(number, settings),
    )


def is_emergency(number: str, settings: Settings) -> bool:
    """Tell whether a number could reach an emergency service, as that of room 119 would."""
    plan = replace(settings.number_plan, house=frozenset())  # room 119 is no phone of the house
    read = leads_to(number, plan)
    listed = {*settings.emergency_numbers.split(",")} - {""}
    return dialling.is_emergency(read, listed | emergency_of(settings.region))


def reachable(number: str, settings: Settings) -> bool:
    """Tell whether a line leads to a number: a phone of the house, or the trunk."""
    own = {*settings.phones.split(","), *settings.seats}
    return DIALLED.fullmatch(number) is not None and (bool(settings.trunk_out) or number in own)
