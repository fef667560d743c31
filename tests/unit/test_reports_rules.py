"""Reports are made on their dates, of whole days, each of the days before (RPT-1, RPT-2)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.report_figures.rules import SLOTS, bounds, slots
from features.reports.lifecycle import LONGEST_PAUSE, next_try
from features.reports.rules import (
    Period,
    PeriodKind,
    Sort,
    is_due,
    period_due,
    periods_due,
)

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK, MONTH, QUARTER, YEAR = PeriodKind


def test_a_week_is_reported_on_monday_from_monday_to_sunday() -> None:
    assert period_due(WEEK, date(2026, 11, 30)) == Period(
        date(2026, 11, 23), date(2026, 11, 29), WEEK
    )


def test_a_month_a_quarter_and_a_year_are_reported_on_the_21st() -> None:
    assert period_due(MONTH, date(2026, 12, 21)).first == date(2026, 11, 21)
    assert period_due(QUARTER, date(2026, 12, 21)).first == date(2026, 9, 21)
    assert period_due(YEAR, date(2026, 12, 21)).first == date(2025, 12, 21)
    assert period_due(MONTH, date(2026, 1, 21)).last == date(2026, 1, 20)


def test_on_other_days_nothing_is_made() -> None:
    assert not is_due(WEEK, date(2026, 12, 1))
    assert not is_due(QUARTER, date(2026, 11, 21))
    assert not is_due(YEAR, date(2026, 11, 21))
    with pytest.raises(ValueError, match="no report"):
        period_due(MONTH, date(2026, 12, 20))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from(PeriodKind))
def test_every_day_is_in_exactly_one_period_of_a_kind(since: date, kind: PeriodKind) -> None:
    now = datetime(since.year + 3, 1, 1, tzinfo=UTC)
    found = list(periods_due(kind, since=since, now=now, zone=CHINA))
    assert found[0].first <= since
    for one, after in pairwise(found):
        assert one.due == after.first
        assert after.before == one
    assert sum(each.days for each in found) == (found[-1].due - found[0].first).days


def test_nothing_is_made_before_one_in_the_morning_by_the_houses_clock() -> None:
    midnight = datetime(2026, 11, 30, tzinfo=CHINA)
    since = date(2026, 11, 24)
    early = periods_due(WEEK, since=since, now=midnight + timedelta(minutes=59), zone=CHINA)
    assert not list(early)
    late = periods_due(WEEK, since=since, now=midnight + timedelta(hours=1), zone=CHINA)
    assert [each.due for each in late] == [date(2026, 11, 30)]


def test_satisfaction_is_reported_by_week_and_month_only() -> None:
    assert set(Sort) == {Sort.TRAFFIC, Sort.SATISFACTION, Sort.QUALITY}


def test_half_hours_are_those_that_the_clock_shows_also_when_it_is_changed() -> None:
    assert slots(date(2026, 11, 30), CHINA) == list(range(SLOTS))
    longer = slots(date(2026, 10, 25), BERLIN)
    assert longer == [*range(6), 4, 5, *range(6, SLOTS)]
    shorter = slots(date(2026, 3, 29), BERLIN)
    assert shorter == [*range(4), *range(6, SLOTS)]
    began, ended = bounds(date(2026, 10, 25), BERLIN)
    assert ended - began == timedelta(hours=25)


def test_a_letter_is_tried_later_and_later_and_given_up_in_the_end() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    hours = timedelta(hours=48)
    again = [next_try(attempts=each, since=now, now=now, give_up_after=hours) for each in range(20)]
    known = [each - now for each in again if each is not None]
    assert known == sorted(known)
    assert known[0] == timedelta(minutes=1)
    assert known[-1] == LONGEST_PAUSE
    assert next_try(attempts=1, since=now - hours, now=now, give_up_after=hours) is None
