"""Working time: which moments count, and when so many seconds of them have passed.

Does no I/O. An office works on weekdays that are no holidays, and on days that are worked in
exchange for a long holiday; from its opening hour to its closing hour by the clock on its wall.
Hours are real ones: on the day on which clocks are put forward an office that is open all day
works 23 of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callflow.rules.hours import Calendar, OpenHours

A_DAY: Final = timedelta(days=1)
LONGEST_CLOSED: Final = 400
"""Days without one that is worked after which an office is taken to be closed for ever."""
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """When somebody works."""

    zone: ZoneInfo
    hours: OpenHours
    calendar: Calendar

    def is_open(self, at: datetime) -> bool:
        """Tell whether a moment is working time."""
        return any(since <= at < until for since, until in self._around(at))

    def closed_since(self, at: datetime) -> datetime | None:
        """Return since when it has been closed at a moment; None while it is open."""
        if self.is_open(at):
            return None
        day = at.astimezone(self.zone).date()
        for back in range(LONGEST_CLOSED):
            for since, until in self._of_day(day - back * A_DAY):
                if since < until <= at:
                    return until
        return None

    def opens_after(self, at: datetime) -> datetime:
        """Return when it opens next, or the moment itself while it is open; NEVER if never."""
        for since, until in self._from(at):
            if until > at:
                return max(since, at)
        return NEVER

    def after(self, start: datetime, seconds: float) -> datetime:
        """Return when so many seconds of working time have passed since a moment.

        A span that ends with the office's closing ends then, not with its next opening.
        """
        left = timedelta(seconds=seconds)
        for since, until in self._from(start):
            begins = max(since, start)
            if until <= begins:
                continue
            if left <= until - begins:
                return begins + left
            left -= until - begins
        return NEVER

    def between(self, since: datetime, until: datetime) -> float:
        """Return the seconds of working time from one moment to another, 0 if it is not later."""
        total = timedelta()
        for opens, closes in self._from(since):
            if opens >= until:
                break
            total += max(timedelta(), min(closes, until) - max(opens, since))
        return total.total_seconds()

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the working hours from the day before a moment on, until none come for too long."""
        day, closed = at.astimezone(self.zone).date() - A_DAY, 0
        while closed < LONGEST_CLOSED:
            hours = self._of_day(day)
            closed = 0 if hours else closed + 1
            yield from hours
            day += A_DAY

    def _around(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = at.astimezone(self.zone).date()
        for each in (day - A_DAY, day):
            yield from self._of_day(each)

    def _of_day(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the hours that begin on a day; hours over midnight belong to the day before."""
        if self.calendar.kind_of(day) != "weekday":
            return []
        since = self._at(day, self.hours.since)
        over = self.hours.until is None or self.hours.until <= self.hours.since
        until = self._at(day + A_DAY if over else day, self.hours.until or time())
        return [(since, until)] if until > since else []

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)
