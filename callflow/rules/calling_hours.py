"""Owns when somebody may be called by a batch: in hours of the called person's own zone.

CBK-3. Does no I/O. Never outside; what falls outside waits for the next moment inside.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callflow.rules import wall_clock
from callflow.rules.hours import Calendar

DAYS_AHEAD = 400
"""A year without a day on which to call is taken for a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours:
    """From when to when people may be called, on the wall of their own zone."""

    zone: str
    opens: time
    closes: time
    """The first moment at which nobody is called any more; later than `opens`."""
    on_weekends: bool = False
    on_holidays: bool = False
    calendar: Calendar | None = None
    """None: no holidays are known."""


def next_allowed(moment: datetime, hours: CallingHours) -> datetime:
    """Return `moment` itself when it lies inside, else the first moment after it that does."""
    zone = ZoneInfo(hours.zone)
    day = moment.astimezone(zone).date()
    for _ in range(DAYS_AHEAD):
        if _is_worked(hours, day.isoweekday() >= 6, _kind(hours, day)):
            begins = wall_clock.moment(day, hours.opens, zone).at
            ends = wall_clock.moment(day, hours.closes, zone).at
            if moment < ends:
                return max(moment, begins).astimezone(UTC)
        day += timedelta(days=1)
    return moment.astimezone(UTC) + timedelta(days=DAYS_AHEAD)


def _kind(hours: CallingHours, day: "datetime | object") -> str:
    if hours.calendar is None:
        return ""
    return hours.calendar.kind_of(day)  # type: ignore[arg-type]


def _is_worked(hours: CallingHours, weekend: bool, kind: str) -> bool:
    if kind == "holiday":
        return hours.on_holidays
    if kind == "weekend" or (not kind and weekend):
        return hours.on_weekends
    return True
