"""A time on the wall is one moment, in every zone, on the days too on which the clock leaps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.rules.wall_clock import Leap, Repeat, days, moment, next_day

A_WEEK, A_MINUTE, A_SECOND = timedelta(days=7), timedelta(minutes=1), timedelta(seconds=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def _leaps(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Give every moment from 2020 to 2040 at which a zone's clock leaps: offsets before, after."""
    at, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
    before = _offset(at, zone)
    while at < end:
        at += A_WEEK
        if (after := _offset(at, zone)) != before:
            low, high = at - A_WEEK, at
            while high - low > A_SECOND:
                middle = low + (high - low) // 2
                middle -= timedelta(microseconds=middle.microsecond)
                low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
            yield high, before, after
            before = after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _on_the_wall(at: datetime, offset: timedelta) -> datetime:
    return (at + offset).replace(tzinfo=None)


def test_every_leap_of_every_zone_from_2020_to_2040() -> None:
    seen = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for at, before, after in _leaps(zone):
            seen += 1
            first, last = sorted((_on_the_wall(at, before), _on_the_wall(at, after)))
            wall = first
            while wall < last:
                found = moment(wall.date(), wall.time(), zone)
                if after > before:
                    assert found.at == at, (name, wall)
                    assert found.leap is Leap.LEFT_OUT
                else:
                    assert found.at == wall.replace(tzinfo=UTC) - before, (name, wall)
                    assert found.leap is Leap.TWICE
                wall += timedelta(minutes=10)
            for wall, offset in ((first - A_MINUTE, before), (last, after)):
                found = moment(wall.date(), wall.time(), zone)
                assert found.at == wall.replace(tzinfo=UTC) - offset, (name, wall)
                assert found.leap is Leap.NONE
    assert seen > 5000, "the zones' rules are missing on this machine"


@given(
    day=st.dates(date(2020, 1, 2), date(2040, 12, 30)),
    wall=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    name=st.sampled_from(sorted(available_timezones())),
)
def test_the_moment_shows_the_time_that_was_asked_for(day: date, wall: time, name: str) -> None:
    zone = ZoneInfo(name)
    found = moment(day, wall, zone)
    if found.leap is not Leap.LEFT_OUT:
        shown = found.at.astimezone(zone)
        assert (shown.date(), shown.time()) == (day, wall)


@pytest.mark.parametrize(
    ("day", "wall", "rings", "leap"),
    [
        (date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 0, tzinfo=UTC), Leap.LEFT_OUT),
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC), Leap.TWICE),
        (date(2026, 7, 1), time(7, 0), datetime(2026, 7, 1, 11, 0, tzinfo=UTC), Leap.NONE),
    ],
)
def test_new_york(day: date, wall: time, rings: datetime, leap: Leap) -> None:
    found = moment(day, wall, NEW_YORK)
    assert (found.at, found.leap) == (rings, leap)


def test_the_days_of_a_registration() -> None:
    friday, tuesday = date(2026, 11, 20), date(2026, 11, 24)
    assert list(days(friday, tuesday, Repeat.ONCE)) == [friday]
    assert [day.day for day in days(friday, tuesday, Repeat.DAILY)] == [20, 21, 22, 23, 24]
    assert [day.day for day in days(friday, tuesday, Repeat.WEEKDAYS)] == [20, 23, 24]


@pytest.mark.parametrize(
    ("repeat", "after", "day"),
    [
        (Repeat.ONCE, datetime(2026, 11, 19, 22, 59, tzinfo=UTC), date(2026, 11, 20)),
        (Repeat.ONCE, datetime(2026, 11, 19, 23, 0, tzinfo=UTC), None),
        (Repeat.DAILY, datetime(2026, 11, 19, 23, 0, tzinfo=UTC), date(2026, 11, 21)),
        (Repeat.WEEKDAYS, datetime(2026, 11, 19, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (Repeat.DAILY, datetime(2027, 11, 19, 23, 0, tzinfo=UTC), None),
    ],
)
def test_the_next_day_is_the_first_whose_moment_is_still_to_come(
    repeat: Repeat, after: datetime, day: date | None
) -> None:
    first, last = date(2026, 11, 20), date(2026, 12, 20)
    assert next_day(first, last, repeat, time(7, 0), SHANGHAI, after=after) == day
