"""Days and half hours of the house's clock. Does no I/O."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

SLOT_MINUTES: Final = 30
SLOTS: Final = 48
_A_DAY: Final = timedelta(days=1)


def bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when a day of the house's clock begins and ends, in UTC."""
    return _midnight(day, zone), _midnight(day + _A_DAY, zone)


def slots(day: date, zone: tzinfo) -> list[int]:
    """Return for each half hour since midnight what the clock shows then, as its half hour.

    A day on which the clock is changed has more or fewer than 48 of them.
    """
    began, ended = bounds(day, zone)
    found, at = list[int](), began
    while at < ended:
        wall = at.astimezone(zone)
        found.append((wall.hour * 60 + wall.minute) // SLOT_MINUTES)
        at += timedelta(minutes=SLOT_MINUTES)
    return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def clock(slot: int) -> str:
    """Return when a half hour begins: `08:30`."""
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"
