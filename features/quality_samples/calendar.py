"""Days and weeks of the house. Does no I/O."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def bounds(day: date, zone: ZoneInfo, days: int = 1) -> tuple[datetime, datetime]:
    """Return the moments at which some days begin and end; a day may have 23 or 25 hours."""
    return _midnight(day, zone), _midnight(day + timedelta(days=days), zone)


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def is_last(day: date) -> bool:
    """Tell whether a day is the last one of its week."""
    return day.weekday() == 6


def due_day(now: datetime, zone: ZoneInfo, at: str) -> date | None:
    """Return the day that is to be drawn by now: the one before, from the time of day on."""
    here = now.astimezone(zone)
    if here.time() < time.fromisoformat(at):
        return None
    return here.date() - timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
