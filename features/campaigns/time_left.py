"""When a campaign will be done, from its pace and calling hours.

Does no I/O. It is a guess for people who plan their day: who is called again in four hours, or
never answers, shows only when it happens.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from callflow.rules.wall_clock import A_DAY
from features.campaigns.calling_hours import A_LONG_TIME, CallingHours

USUAL_CALL_S = 45.0
"""Ringing and talking of one call, until we have seen some."""
ENOUGH = 20
"""Calls that must have ended before what was seen counts for more than what is usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a campaign may go, and how fast it went lately."""

    lines: int
    calls_per_second: float
    ended: int
    """People with whom we were done within the last `within_s` seconds of calling."""
    within_s: float

    @property
    def per_second(self) -> float:
        """Return how many people a second we get done with."""
        if self.ended >= ENOUGH and self.within_s > 0:
            return self.ended / self.within_s
        return min(self.calls_per_second, self.lines / USUAL_CALL_S)


def done_at(now: datetime, left: int, pace: Pace, hours: CallingHours) -> datetime | None:
    """Return when the last of `left` people is done, in UTC; None: not within a year."""
    if left <= 0:
        return now.astimezone(UTC)
    if pace.per_second <= 0:
        return None
    needed = timedelta(seconds=left / pace.per_second)
    day = now.astimezone(ZoneInfo(hours.zone)).date()
    for _ in range(A_LONG_TIME):
        begin, end = hours.of(day)
        begin = max(begin, now.astimezone(UTC))
        if begin < end:
            if needed <= end - begin:
                return begin + needed
            needed -= end - begin
        day += A_DAY
    return None
