"""Greetings and closings by the hour, and when agents work.

GRT-1, GRT-2, GRT-4 and QUE-5. Does no I/O; the moment is an argument, an aware datetime in the
hotline's own zone. A holiday goes before the weekend, the weekend before the hour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

HolidayCheck = Callable[[date], bool]
WorkdayCheck = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are not like the others.

    `is_holiday`: 节日快乐 is said. `is_made_up`: a Saturday or Sunday that is worked, as Chinese
    law moves them around long holidays; such a day is greeted like a weekday.
    """

    is_holiday: HolidayCheck
    is_made_up: WorkdayCheck

    def kind_of(self, day: date) -> Literal["holiday", "weekend", "weekday"]:
        if self.is_holiday(day):
            return "holiday"
        if day.isoweekday() >= 6 and not self.is_made_up(day):
            return "weekend"
        return "weekday"


def greeting(now: datetime, calendar: Calendar) -> str:
    """Return the name of the opening prompt for this moment (GRT-2)."""
    kind = calendar.kind_of(now.date())
    if kind != "weekday":
        return f"greeting_{kind}"
    if 5 <= now.hour < 11:
        return "greeting_morning"
    if 11 <= now.hour < 13:
        return "greeting_noon"
    if 13 <= now.hour < 18:
        return "greeting_afternoon"
    if 18 <= now.hour < 23:
        return "greeting_evening"
    return "greeting"  # nobody says "good evening" at three in the morning


def farewell(now: datetime, calendar: Calendar) -> str:
    """Return the name of the closing prompt for this moment (GRT-4)."""
    kind = calendar.kind_of(now.date())
    return "farewell" if kind == "weekday" else f"farewell_{kind}"


@dataclass(frozen=True, slots=True)
class OpenHours:
    """From when to when agents are offered, every day; may pass midnight (22:00-06:00).

    `until` 24:00 is written as None.
    """

    since: time
    until: time | None

    @classmethod
    def parse(cls, text: str) -> "OpenHours":
        """Read `08:00-20:00`; raise ValueError with a sentence when it is not one."""
        since, _, until = text.partition("-")
        try:
            return cls(
                time.fromisoformat(since), None if until == "24:00" else time.fromisoformat(until)
            )
        except ValueError:
            raise ValueError(f"{text!r} is not like 08:00-20:00") from None

    def hold(self, now: datetime) -> bool:
        """Tell whether agents are offered at this moment."""
        moment = now.time()
        if self.until is None:
            return moment >= self.since
        if self.since <= self.until:
            return self.since <= moment < self.until
        return moment >= self.since or moment < self.until


@dataclass(frozen=True, slots=True)
class WorkingTimes:
    """When agents are offered: every day, and on public holidays where those differ.

    `holidays` None: closed all day.
    """

    every_day: OpenHours
    holidays: OpenHours | None

    @classmethod
    def parse(cls, every_day: str, holidays: str) -> "WorkingTimes":
        """Read two settings; `holidays` may be empty (as every day) or `closed`."""
        usual = OpenHours.parse(every_day)
        match holidays:
            case "":
                return cls(usual, usual)
            case "closed":
                return cls(usual, None)
            case _:
                return cls(usual, OpenHours.parse(holidays))

    def hold(self, now: datetime, calendar: Calendar) -> bool:
        """Tell whether agents are offered at this moment (QUE-5)."""
        holiday = calendar.kind_of(now.date()) == "holiday"
        hours = self.holidays if holiday else self.every_day
        return hours is not None and hours.hold(now)
