"""Calling hours: nobody is called in their night (CBK-3).

Does no I/O. The hours are on the wall of the called person: from `opens` on, before `closes`. On a
day on which that clock leaps we would rather call too little: a beginning that comes twice counts
the second time, an end the first.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from callflow.rules.hours import Calendar
from callflow.rules.wall_clock import A_DAY, Leap, moment

A_LONG_TIME = 400
"""Days that are looked at; no calendar of the world closes for longer."""


class NeverError(ValueError):
    """There is no day on which anybody may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingHours:
    """From when to when a person may be called, on the wall of the person's zone.

    Saturdays and Sundays that are worked are no weekend. Raises ValueError for hours that end
    before they begin: nobody is called through the night.
    """

    zone: str
    opens: time
    closes: time
    """The first moment at which nobody is called any more."""
    on_weekends: bool = False
    on_holidays: bool = False
    calendar: Calendar | None = None
    """None: no holidays are known."""

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError("the hours end before they begin")

    def hold(self, at: datetime) -> bool:
        """Tell whether the person may be called at this moment (aware)."""
        begin, end = self.of(at.astimezone(ZoneInfo(self.zone)).date())
        return begin <= at < end

    def of(self, day: date) -> tuple[datetime, datetime]:
        """Return from when to when on a day, in UTC; both are the same on a day without."""
        zone = ZoneInfo(self.zone)
        end = moment(day, self.closes, zone).at
        return (_last(day, self.opens, zone) if self._is_called_on(day) else end), end

    def _is_called_on(self, day: date) -> bool:
        kind = self._kind_of(day)
        return kind == "weekday" or (self.on_weekends if kind == "weekend" else self.on_holidays)

    def _kind_of(self, day: date) -> str:
        if self.calendar is not None:
            return self.calendar.kind_of(day)
        return "weekend" if day.isoweekday() >= 6 else "weekday"


def next_allowed(at: datetime, hours: CallingHours) -> datetime:
    """Return the first moment, not before `at`, at which the person may be called, in UTC.

    Raises NeverError when there is none in more than a year.
    """
    day = at.astimezone(ZoneInfo(hours.zone)).date()
    for _ in range(A_LONG_TIME):
        begin, end = hours.of(day)
        if begin < end and at < end:
            return max(at.astimezone(UTC), begin)
        day += A_DAY
    raise NeverError("there is no day on which anybody may be called")


def _last(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the last moment at which a time is on the wall."""
    first = moment(day, wall, zone)
    if first.leap is Leap.TWICE:
        return datetime.combine(day, wall.replace(fold=1), zone).astimezone(UTC)
    return first.at
