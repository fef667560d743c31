"""The house of wake-ups, from the settings and the table of rooms."""

from collections.abc import Mapping
from datetime import datetime

from callflow.call import Language
from dispatch.reachable import has_line, is_emergency, may_ever_ring
from features.rooms.dialling import canonical
from features.wake_ups.rules import House, number_of
from settings import Settings


def house_of(settings: Settings, now: datetime, table: Mapping[str, str]) -> House:
    """Return the house as its settings have it; `table` has the numbers of rooms by their names."""
    return House(
        zone=settings.timezone,
        language=Language(settings.language),
        now=now,
        reachable=lambda number: has_line(number, settings),
        is_emergency=lambda number: is_emergency(number, settings),
        plan=settings.number_plan,
        may_ever_ring=may_ever_ring(settings),
        number_of=lambda room: table.get(room.upper()) or number_of(room),
        canonical=lambda number: canonical(number, settings),
    )
