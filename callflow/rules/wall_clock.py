"""From a day, a wall-clock time and a time zone to the one moment to ring at.

WAK-1, WAK-2. Does no I/O. Two days a year a clock on the wall lies: an hour is left out, or comes
twice. The rule, which people who register are shown:

- a time that is left out (02:30 when 02:00 becomes 03:00) is rung at the moment of the leap;
- a time that comes twice is rung the first time.

So nobody is ever woken later than the wall they looked at in the evening would have had it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)


class Repeat(StrEnum):
    """On which days a registration is for."""

    ONCE = "once"
    DAILY = "daily"
    WEEKDAYS = "weekdays"  # Monday to Friday


class Leap(StrEnum):
    """What the clock does at a time on the wall."""

    NONE = "none"
    LEFT_OUT = "left_out"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Moment:
    """When to ring: an aware moment in UTC, and whether the wall's clock leaps there."""

    at: datetime
    leap: Leap


def is_zone(name: str) -> bool:
    """Tell whether there is a zone of this name in the IANA list."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all; a folder of zones
        return False
    return True


def moment(day: date, wall: time, zone: ZoneInfo) -> Moment:
    """Return the moment of a time on the wall (to the second, without a zone) on a day."""
    first = datetime.combine(day, wall.replace(tzinfo=None, fold=0), zone)
    second = first.replace(fold=1)
    earlier, later = sorted((first.astimezone(UTC), second.astimezone(UTC)))
    if earlier == later:
        return Moment(earlier, Leap.NONE)
    if earlier.astimezone(zone).replace(tzinfo=None) == first.replace(tzinfo=None):
        return Moment(earlier, Leap.TWICE)
    return Moment(_leap_between(earlier, later, zone), Leap.LEFT_OUT)


def days(first: date, last: date | None, repeat: Repeat) -> Iterator[date]:
    """Return the days of a registration, in order; without a last day they do not end."""
    day = first
    while last is None or day <= last:
        if repeat is not Repeat.WEEKDAYS or day.isoweekday() <= 5:
            yield day
        if repeat is Repeat.ONCE:
            return
        day += A_DAY


def next_day(
    first: date, last: date | None, repeat: Repeat, wall: time, zone: ZoneInfo, *, after: datetime
) -> date | None:
    """Return the first day of a registration whose moment is later than `after`; None: no more."""
    begin = first
    if repeat is not Repeat.ONCE:
        # a zone's day is at most a day away from UTC's
        begin = max(first, after.astimezone(zone).date() - A_DAY)
    return next(
        (day for day in days(begin, last, repeat) if moment(day, wall, zone).at > after), None
    )


def next_moment(wall: time, *, after: datetime) -> datetime:
    """Return the next moment of a time on the wall, in the zone of `after` (aware, a ZoneInfo)."""
    zone = after.tzinfo
    assert isinstance(zone, ZoneInfo)
    begin = after.date() - A_DAY
    moments = (moment(begin + number * A_DAY, wall, zone).at for number in range(4))
    return next(at for at in moments if at > after).astimezone(zone)


def _leap_between(earlier: datetime, later: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two at which the zone's clock leaps, to the second."""
    before = earlier.astimezone(zone).utcoffset()
    while later - earlier > A_SECOND:
        middle = earlier + (later - earlier) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle <= earlier:
            break
        if middle.astimezone(zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later
