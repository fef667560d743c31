"""How this installation measures: its settings, as the clocks take them."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from calendars import calendar
from callflow.rules.hours import OpenHours
from features.ticket_clocks.lifecycle import ClockKind, House
from features.ticket_clocks.rules import Office
from settings import Settings


def house(settings: Settings) -> House:
    """Return how an installation's clocks go."""
    minutes = {
        ClockKind.DISPATCH: settings.ticket_dispatch,
        ClockKind.TYPING: settings.ticket_typing,
        ClockKind.ANSWER: settings.ticket_answer,
        ClockKind.LOOK: settings.ticket_look,
        ClockKind.PROGRESS: settings.ticket_progress,
        ClockKind.FAULT: settings.ticket_fault,
        ClockKind.PROMISED: settings.ticket_department,
        ClockKind.SURVEY: settings.ticket_survey,
    }
    return House(
        office=office(settings, settings.ticket_office, settings.holidays),
        limits={kind: 60.0 * each for kind, each in minutes.items()},
        urgent=60.0 * settings.ticket_urgent,
        working=frozenset(ClockKind(each) for each in settings.ticket_working.split(",") if each),
        warn_at=settings.ticket_warn_at / 100,
        offices=lambda hours, holidays: office(
            settings, hours or settings.ticket_office, holidays or settings.holidays
        ),
    )


def office(settings: Settings, hours: str, holidays: str) -> Office:
    """Return an office of this installation's country and zone."""
    return _office(settings.timezone, settings.region, hours, holidays)


@lru_cache(maxsize=64)
def _office(zone: str, region: str, hours: str, holidays: str) -> Office:
    return Office(ZoneInfo(zone), OpenHours.parse(hours), calendar(region, holidays))
