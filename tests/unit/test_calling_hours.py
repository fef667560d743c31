"""Nobody is called in their night, in whatever zone, and nobody waits longer than they must."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import calendar, has_known
from callflow.rules.hours import Calendar
from features.campaigns.calling_hours import CallingHours, NeverError, next_allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = calendar("CN", "")
A_QUARTER = timedelta(minutes=15)
A_DAY = timedelta(days=1)
BEGIN = datetime(2020, 1, 3, tzinfo=UTC)


def _hours(zone: str = "Asia/Shanghai", **more: object) -> CallingHours:
    usual = {"opens": time(9), "closes": time(20), "on_weekends": False, "on_holidays": False}
    return CallingHours(zone=zone, **{"calendar": CHINA, **usual, **more})  # type: ignore[arg-type]


def _leaps(zone: ZoneInfo, at: datetime) -> bool:
    around = [(at + step * A_DAY).astimezone(zone).utcoffset() for step in (-2, -1, 0, 1, 2)]
    return len(set(around)) > 1


walls = st.times().map(lambda wall: wall.replace(microsecond=0))


@given(
    at=st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    name=st.sampled_from(sorted(available_timezones())),
    ends=st.tuples(walls, walls).filter(lambda ends: ends[0] < ends[1]),
    weekends=st.booleans(),
    holidays=st.booleans(),
)
def test_who_is_called_next_reads_a_time_within_the_hours_and_nothing_before_it_does(
    at: datetime, name: str, ends: tuple[time, time], weekends: bool, holidays: bool
) -> None:
    zone = ZoneInfo(name)
    hours = _hours(name, opens=ends[0], closes=ends[1], on_weekends=weekends, on_holidays=holidays)
    found = next_allowed(at, hours)
    wall = found.astimezone(zone)
    assert found >= at
    assert hours.hold(found)
    assert next_allowed(found, hours) == found
    leapt = _leaps(zone, found)
    # only a leap over the whole beginning lets the day begin at another time than was asked for
    assert (ends[0] <= wall.time() < ends[1]) or leapt
    kind = CHINA.kind_of(wall.date())
    assert kind == "weekday" or (weekends if kind == "weekend" else holidays)
    if not leapt:
        for between in _quarters(at, found):
            here = between.astimezone(zone)
            usual = CHINA.kind_of(here.date())
            open_day = usual == "weekday" or (weekends if usual == "weekend" else holidays)
            if open_day and ends[0] <= here.time() < ends[1]:
                assert _leaps(zone, between), (between, found)


def _quarters(since: datetime, until: datetime) -> list[datetime]:
    steps = (since + step * A_QUARTER for step in range(4000))
    return list(takewhile(lambda step: step < until, steps))


@pytest.mark.parametrize(
    ("at", "called"),
    [
        ("2026-11-20T08:59", "2026-11-20T09:00"),  # a Friday
        ("2026-11-20T09:00", "2026-11-20T09:00"),
        ("2026-11-20T19:59", "2026-11-20T19:59"),
        ("2026-11-20T20:00", "2026-11-23T09:00"),  # over the weekend
        ("2026-09-30T21:00", "2026-10-08T09:00"),  # over the National Day
    ],
)
def test_a_customer_in_shanghai(at: str, called: str) -> None:
    asked = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert next_allowed(asked, _hours()).astimezone(SHANGHAI).isoformat()[:16] == called


def test_a_saturday_that_is_worked_is_no_weekend() -> None:
    worked = next(
        day
        for day in (date(2026, 1, 1) + A_DAY * step for step in range(365))
        if day.isoweekday() == 6 and CHINA.is_made_up(day)
    )
    noon = datetime.combine(worked, time(12), SHANGHAI)
    assert next_allowed(noon, _hours()) == noon


def test_the_hours_are_those_of_whom_we_call_not_ours() -> None:
    evening = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)  # half past eight in Shanghai
    assert _hours("Europe/Berlin").hold(evening)
    assert not _hours().hold(evening)


def test_a_beginning_that_comes_twice_counts_the_second_time_and_an_end_the_first() -> None:
    sunday, new_york = date(2026, 11, 1), "America/New_York"  # 02:00 becomes 01:00
    twice = {"on_weekends": True, "on_holidays": True}
    morning = _hours(new_york, opens=time(1, 30), closes=time(9), **twice)
    midnight = datetime.combine(sunday, time(), ZoneInfo(new_york))
    assert next_allowed(midnight, morning) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    night = _hours(new_york, opens=time(0), closes=time(1, 30), **twice)
    assert night.hold(datetime(2026, 11, 1, 5, 29, tzinfo=UTC))
    assert not night.hold(datetime(2026, 11, 1, 6, 29, tzinfo=UTC))


def test_hours_that_cannot_be() -> None:
    for opens, closes in ((time(9), time(9)), (time(20), time(8))):
        with pytest.raises(ValueError, match="end before they begin"):
            _hours(opens=opens, closes=closes)


def test_without_a_calendar_only_weekends_are_known() -> None:
    new_year = datetime(2026, 1, 1, 12, tzinfo=SHANGHAI)  # a Thursday
    assert _hours(calendar=None).hold(new_year)
    assert not _hours().hold(new_year)
    assert not _hours(calendar=None).hold(new_year + 2 * A_DAY)


def test_a_country_of_which_no_holidays_are_known_has_those_of_the_settings_alone() -> None:
    ascension = calendar("AC", "2027-05-21,+2027-12-27,-2027-12-25")
    kinds = {day: ascension.kind_of(date(2027, *day)) for day in ((5, 21), (12, 27), (5, 20))}
    assert kinds == {(5, 21): "holiday", (12, 27): "holiday", (5, 20): "weekday"}
    assert ascension.kind_of(date(2027, 12, 25)) == "weekday", "a Saturday that is worked"
    assert (has_known("CN"), has_known("AC")) == (True, False)


def test_a_calendar_without_a_working_day_is_an_error_not_an_endless_search() -> None:
    always = Calendar(lambda _day: True, lambda _day: False)
    closed = _hours(calendar=always)
    with pytest.raises(NeverError):
        next_allowed(datetime(2026, 11, 20, tzinfo=UTC), closed)
