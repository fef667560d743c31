"""When which report is made, and of which days (RPT-1, RPT-2, QA-4). Does no I/O.

| period | made on | of |
|---|---|---|
| week | Monday | the week before, Monday to Sunday |
| month | the 21st | the 21st of the month before to the 20th |
| quarter | the 21st of its last month | three such months |
| year | 21 December | twelve such months |

A report is of whole days, so the months of reports end on the 20th.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MADE_ON: Final = 21
"""Day of the month."""
QUARTER_ENDS: Final = frozenset({3, 6, 9, 12})
MADE_AFTER: Final = timedelta(hours=1)
"""So long after midnight, calls over midnight have ended mostly; what is late is a correction."""
_A_DAY: Final = timedelta(days=1)
_DECEMBER: Final = 12


class Sort(StrEnum):
    """What a report is about."""

    TRAFFIC = "traffic"  # calls, complaints and how they were handled (RPT-1)
    SATISFACTION = "satisfaction"  # with the weak points (RPT-2)
    QUALITY = "quality"  # what the inspection found (QA-4)


class PeriodKind(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


PERIODS: Final[Mapping[Sort, tuple[PeriodKind, ...]]] = MappingProxyType(
    {
        Sort.TRAFFIC: tuple(PeriodKind),
        Sort.SATISFACTION: (PeriodKind.WEEK, PeriodKind.MONTH),
        Sort.QUALITY: (PeriodKind.MONTH,),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Some whole days of the house's clock, both ends included."""

    first: date
    last: date
    kind: PeriodKind

    @property
    def due(self) -> date:
        """Return the day on which its reports are made."""
        return self.last + _A_DAY

    @property
    def before(self) -> "Period":
        """Return the period of the same kind before it."""
        return period_due(self.kind, self.first)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def period_due(kind: PeriodKind, day: date) -> Period:
    """Return the period whose report is made on a day. Raises ValueError where none is."""
    if not is_due(kind, day):
        raise ValueError(f"no report of a {kind} is made on {day}")
    months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
    first = day - timedelta(days=7) if kind is PeriodKind.WEEK else _back(day, months[kind])
    return Period(first, day - _A_DAY, kind)


def is_due(kind: PeriodKind, day: date) -> bool:
    """Tell whether a report of such a period is made on a day."""
    match kind:
        case PeriodKind.WEEK:
            return day.weekday() == 0
        case PeriodKind.MONTH:
            return day.day == MADE_ON
        case PeriodKind.QUARTER:
            return day.day == MADE_ON and day.month in QUARTER_ENDS
        case PeriodKind.YEAR:
            return day.day == MADE_ON and day.month == _DECEMBER


def periods_due(kind: PeriodKind, *, since: date, now: datetime, zone: tzinfo) -> Iterator[Period]:
    """Give the periods that have a day of `since` or later, and whose report is due by now."""
    today = (now.astimezone(zone) - MADE_AFTER).date()
    day = since + _A_DAY
    while day <= today:
        if is_due(kind, day):
            yield period_due(kind, day)
        day += _A_DAY


def _back(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return day.replace(year=count // 12, month=count % 12 + 1)
