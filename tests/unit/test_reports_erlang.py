"""Erlang C gives the values that textbooks print, and forecasts weigh newer weeks more."""

from datetime import date, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.report_figures.erlang import (
    Load,
    average_wait_s,
    forecast,
    level,
    needed,
    waiting,
)

# Koole, Call Center Optimization, ch. 5 (1 call a minute, 5 min each, 8 agents: 83 % within 20 s),
# and the tables of Erlang C that are printed everywhere (probability of waiting).
BOOKS = [(2, 1.0, 0.3333), (3, 2.0, 0.4444), (5, 4.0, 0.5541), (8, 5.0, 0.1673), (10, 8.0, 0.4092)]


@pytest.mark.parametrize(("agents", "erlangs", "share"), BOOKS)
def test_a_caller_waits_as_often_as_the_tables_say(
    agents: int, erlangs: float, share: float
) -> None:
    assert waiting(agents, erlangs) == pytest.approx(share, abs=1e-4)


def test_the_level_and_the_wait_are_those_of_the_book() -> None:
    load = Load(60, 300, seconds=3600)
    assert load.erlangs == 5
    assert level(8, load, 20) == pytest.approx(0.863, abs=1e-3)
    assert average_wait_s(8, load) == pytest.approx(16.7, abs=0.1)
    assert needed(load, within_s=20, share=0.80) == 8


def test_a_queue_that_only_grows_has_no_level_and_no_end() -> None:
    load = Load(60, 300, seconds=3600)
    assert level(5, load, 20) == 0.0
    assert average_wait_s(5, load) == inf
    assert waiting(4, 5.0) == 1.0


def test_without_calls_nobody_is_needed() -> None:
    assert needed(Load(0, 180), within_s=15, share=0.95) == 0
    assert level(0, Load(0, 180), 15) == 1.0


@given(
    st.floats(0.5, 400), st.floats(20, 900), st.floats(1, 120), st.sampled_from([0.8, 0.9, 0.95])
)
def test_what_is_needed_reaches_the_level_and_one_fewer_does_not(
    calls: float, handling_s: float, within_s: float, share: float
) -> None:
    load = Load(calls, handling_s)
    agents = needed(load, within_s=within_s, share=share)
    assert level(agents, load, within_s) >= share
    assert level(agents - 1, load, within_s) < share


def test_newer_weeks_weigh_more_and_holes_are_left_out() -> None:
    day = date(2026, 12, 7)
    last, before = day - timedelta(days=7), day - timedelta(days=14)
    assert list(forecast(day, {last: [8.0], before: [0.0]}) or ()) == pytest.approx([8 * 8 / 15])
    assert forecast(day, {before: [4.0, 2.0]}) == [4.0, 2.0]
    assert forecast(day, {day - timedelta(days=3): [9.0]}) is None
    assert forecast(day, {day - timedelta(days=63): [9.0]}) is None
