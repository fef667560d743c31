"""Working time by tables computed by hand, and a clock from its start to its end (TKT-4…12)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars import calendar
from callflow.rules.hours import Calendar, OpenHours
from features.ticket_clocks.house import house
from features.ticket_clocks.lifecycle import (
    REPEATS,
    Clock,
    ClockKind,
    ClockState,
    House,
    fired,
    going_on,
    limited,
    paused,
    standing,
    started,
    stopped,
    used,
)
from features.ticket_clocks.rules import NEVER, Office
from settings import Settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = 3600.0, 9 * 3600.0
"""A working day of 08:30-17:30."""


def office(
    hours: str = "08:30-17:30", zone: str = "Asia/Shanghai", region: str = "CN", changes: str = ""
) -> Office:
    return Office(ZoneInfo(zone), OpenHours.parse(hours), calendar(region, changes))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Computed by hand over the holidays of 2026 and the days worked in exchange: 01-04, 02-14, 02-28,
# 05-09, 09-20, 10-10.
BY_HAND = [
    ("08:30-17:30", "2026-09-30 17:50", 2 * DAY, "2026-10-09 17:30"),  # 10-08 and 10-09
    ("08:30-17:30", "2026-09-30 16:30", 2 * DAY, "2026-10-09 16:30"),  # 1 h, 9 h, 8 h
    ("08:30-17:30", "2026-10-09 10:00", 2 * DAY, "2026-10-12 10:00"),  # Saturday is worked
    ("08:30-17:30", "2026-02-13 17:00", DAY, "2026-02-14 17:00"),  # so is this one
    ("08:30-17:30", "2026-02-14 17:30", DAY, "2026-02-24 17:30"),  # the Spring Festival
    ("08:30-17:30", "2026-04-30 09:00", 2 * DAY, "2026-05-07 09:00"),  # Labour Day
    ("08:30-17:30", "2026-05-08 12:00", DAY, "2026-05-09 12:00"),
    ("08:30-17:30", "2026-01-02 10:00", DAY, "2026-01-04 17:30"),  # a Sunday that is worked
    ("08:30-17:30", "2026-09-19 11:00", HOUR, "2026-09-20 09:30"),
    ("08:30-17:30", "2026-06-18 17:29", 120.0, "2026-06-22 08:31"),  # the Dragon Boat Festival
    ("08:30-17:30", "2026-04-03 08:00", DAY, "2026-04-03 17:30"),  # before it opens
    ("08:30-17:30", "2026-09-24 13:00", 3 * DAY, "2026-09-30 13:00"),  # Mid-Autumn
    ("00:00-24:00", "2026-09-30 17:50", 48 * HOUR, "2026-10-09 17:50"),  # a day and night office
    ("22:00-06:00", "2026-10-09 23:00", 8 * HOUR, "2026-10-10 23:00"),  # over midnight
]


@pytest.mark.parametrize(("hours", "start", "seconds", "due"), BY_HAND)
def test_working_time_over_the_holidays_of_2026(
    hours: str, start: str, seconds: float, due: str
) -> None:
    here = office(hours)
    assert here.after(at(start), seconds) == at(due)
    assert here.between(at(start), at(due)) == seconds


def test_a_house_may_work_on_a_holiday_and_close_on_a_working_day() -> None:
    here = office(changes="-2026-10-01,2026-10-08")
    assert here.after(at("2026-09-30 17:50"), DAY) == at("2026-10-01 17:30")
    assert here.after(at("2026-10-01 17:30"), DAY) == at("2026-10-09 17:30")


@pytest.mark.parametrize(
    ("zone", "region", "day", "hours"),
    [
        ("America/New_York", "US", "2026-03-08", 23),  # clocks are put forward
        ("America/New_York", "US", "2026-11-01", 25),  # and back
        ("Europe/Berlin", "DE", "2026-03-29", 23),
        ("Europe/Berlin", "DE", "2026-10-25", 25),
        ("Asia/Shanghai", "CN", "2026-10-10", 24),
    ],
)
def test_a_day_has_the_hours_that_it_has(zone: str, region: str, day: str, hours: int) -> None:
    here = office("00:00-24:00", zone, region, f"-{day}")
    begins = at(day, ZoneInfo(zone))
    ends = at(day, ZoneInfo(zone)) + timedelta(days=1)  # by the clock on the wall
    assert here.between(begins, ends) == hours * HOUR
    assert here.after(begins, hours * HOUR) == ends.astimezone(UTC)


def test_an_office_over_the_hour_that_is_there_twice_works_it_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    here = office("01:00-04:00", "Europe/Berlin", "DE", "-2026-10-25")
    assert here.between(at("2026-10-25", berlin), at("2026-10-26", berlin)) == 4 * HOUR


def test_an_office_that_never_opens_is_never_done() -> None:
    always = Calendar(is_holiday=lambda _day: True, is_made_up=lambda _day: False)
    shut = Office(SHANGHAI, OpenHours.parse("08:30-17:30"), always)
    assert shut.after(at("2026-01-05 09:00"), 1.0) == NEVER
    assert shut.closed_since(at("2026-01-05 09:00")) is None


HOUSE = House(office=office(), working=frozenset({ClockKind.PROMISED, ClockKind.ANSWER}))
NOON = at("2026-11-23 12:00")  # a Monday


def started_at(kind: ClockKind, when: datetime, limit_s: float) -> Clock:
    return started(kind, HOUSE, at=when, limit_s=limit_s)


def test_a_clock_warns_then_acts_and_each_once() -> None:
    clock = started_at(ClockKind.DISPATCH, NOON, HOUR)
    assert not fired(clock, HOUSE.office, now=NOON + timedelta(minutes=44)).warns
    warned = fired(clock, HOUSE.office, now=NOON + timedelta(minutes=45))
    assert (warned.warns, warned.acts) == (True, False)
    again = fired(warned.clock, HOUSE.office, now=NOON + timedelta(minutes=59))
    assert (again.warns, again.acts, again.clock) == (False, False, warned.clock)
    acted = fired(warned.clock, HOUSE.office, now=NOON + timedelta(minutes=60))
    assert (acted.warns, acted.acts, acted.clock.times) == (False, True, 1)
    never = fired(acted.clock, HOUSE.office, now=NOON + timedelta(days=30))
    assert (never.acts, never.clock) == (False, acted.clock)


def test_a_clock_that_nobody_looked_at_in_time_acts_at_once() -> None:
    clock = started_at(ClockKind.DISPATCH, NOON, HOUR)
    late = fired(clock, HOUSE.office, now=NOON + timedelta(days=3))
    assert (late.warns, late.acts) == (False, True)


def test_what_repeats_stays_overdue_and_acts_again() -> None:
    clock = started_at(ClockKind.PROGRESS, NOON, 24 * HOUR)
    first = fired(clock, HOUSE.office, now=NOON + timedelta(hours=24)).clock
    assert first.due_at == NOON + timedelta(hours=24), "it says since when it is overdue"
    assert first.next_at == NOON + timedelta(hours=48)
    assert not fired(first, HOUSE.office, now=NOON + timedelta(hours=47)).acts
    assert fired(first, HOUSE.office, now=NOON + timedelta(hours=48)).clock.times == 2
    assert ClockKind.DISPATCH not in REPEATS


def test_nothing_is_used_up_while_the_customer_is_waited_for() -> None:
    clock = started_at(ClockKind.DISPATCH, NOON, HOUR)
    stands = paused(clock, HOUSE.office, now=NOON + timedelta(minutes=20), why="wait")
    assert (stands.state, stands.next_at, stands.due_at) == (ClockState.PAUSED, None, None)
    assert used(stands, HOUSE.office, NOON + timedelta(days=2)) == 20 * 60
    goes = going_on(stands, HOUSE.office, now=NOON + timedelta(days=2))
    assert goes.due_at == NOON + timedelta(days=2, minutes=40)
    assert goes.state is ClockState.RUNNING


def test_a_working_clock_says_why_it_stands() -> None:
    """“2 h of 12 h used; stopped since 17:30: closed”."""
    clock = started_at(ClockKind.ANSWER, at("2026-11-23 15:30"), 12 * HOUR)
    evening = standing(clock, HOUSE.office, at("2026-11-23 20:00"))
    assert (evening.words, evening.used_s, evening.limit_s) == ("closed", 2 * HOUR, 12 * HOUR)
    assert evening.since == at("2026-11-23 17:30")
    morning = standing(clock, HOUSE.office, at("2026-11-24 09:30"))
    assert (morning.words, morning.used_s, morning.since) == ("runs", 3 * HOUR, None)
    begun = started_at(ClockKind.ANSWER, at("2026-11-23 19:00"), HOUR)
    assert standing(begun, HOUSE.office, at("2026-11-23 20:00")).since == at("2026-11-23 19:00")
    over = standing(clock, HOUSE.office, at("2026-11-26 09:30"))
    assert (over.words, over.since) == ("overdue", clock.due_at)
    ended = stopped(clock, HOUSE.office, now=at("2026-11-23 16:00"), why="answer")
    assert standing(ended, HOUSE.office, at("2026-11-23 20:00")).words == "stopped"


def test_a_named_deadline_holds_be_it_out_of_office_hours() -> None:
    midnight = at("2026-11-25 00:00")
    clock = started(ClockKind.PROMISED, HOUSE, at=NOON, limit_s=HOUR, due_at=midnight)
    assert clock.due_at == midnight
    assert clock.limit_s == HOUSE.office.between(NOON, midnight)
    assert fired(clock, HOUSE.office, now=midnight).acts


def test_a_deadline_within_the_night_warns_before_it_is_missed() -> None:
    evening, midnight = at("2026-11-24 20:00"), at("2026-11-25 00:00")
    clock = started(ClockKind.PROMISED, HOUSE, at=evening, limit_s=HOUR, due_at=midnight)
    assert (clock.limit_s, clock.due_at) == (4 * HOUR, midnight)
    assert clock.next_at == at("2026-11-24 23:00")
    waits = paused(clock, HOUSE.office, now=at("2026-11-24 21:00"), why="ask_customer")
    goes = going_on(waits, HOUSE.office, now=at("2026-11-25 10:00"))
    assert goes.due_at == at("2026-11-25 13:00"), "the three hours that were left"


def test_what_becomes_urgent_is_due_sooner() -> None:  # TKT-4
    clock = started_at(ClockKind.DISPATCH, NOON, HOUR)
    urgent = limited(clock, HOUSE, HOUSE.limit(ClockKind.DISPATCH, urgent=True))
    assert urgent.due_at == NOON + timedelta(minutes=10)


def test_an_installation_says_how_long_each_thing_may_take() -> None:
    settings = Settings(ticket_dispatch=30, ticket_working="look,promised", ticket_warn_at=50)
    ours = house(settings)
    assert ours.limits[ClockKind.DISPATCH] == 30 * 60
    assert ours.working == {ClockKind.LOOK, ClockKind.PROMISED}
    assert ours.warn_at == 0.5
    assert {kind: limit / 3600 for kind, limit in house(Settings()).limits.items()} == {
        ClockKind.DISPATCH: 1,  # TKT-4
        ClockKind.TYPING: 2,  # TKT-10
        ClockKind.ANSWER: 12,  # TKT-7
        ClockKind.LOOK: 1,  # TKT-7
        ClockKind.PROGRESS: 24,  # TKT-6
        ClockKind.FAULT: 24,  # TKT-6
        ClockKind.PROMISED: 18,
        ClockKind.SURVEY: 24,
    }
    theirs = ours.with_hours("08:00-12:00", "")
    assert theirs.office_of(ClockKind.PROMISED).hours == OpenHours.parse("08:00-12:00")
    assert theirs.office_of(ClockKind.LOOK) == ours.office
