"""Campaigns are rung for evenly, and share the lines fairly (CBK-3)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.campaign_calls.pace import Asks, Pace, shares

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_free_line_goes_to_the_campaign_that_calls_fewest() -> None:
    assert shares({1: Asks(5, 9), 2: Asks(1, 9), 3: Asks(0, 9)}, 5) == {2: 2, 3: 3}


def test_what_one_campaign_does_not_want_the_others_get() -> None:
    assert shares({1: Asks(0, 1), 2: Asks(0, 9)}, 6) == {1: 1, 2: 5}
    assert shares({1: Asks(0, 2), 2: Asks(0, -1)}, 6) == {1: 2}


@given(
    st.dictionaries(st.integers(1, 9), st.builds(Asks, st.integers(0, 5), st.integers(-2, 9))),
    st.integers(0, 30),
)
def test_no_line_is_given_twice_and_none_is_left_idle(asking: dict[int, Asks], lines: int) -> None:
    given_out = shares(asking, lines)
    wanted = sum(max(one.free, 0) for one in asking.values())
    assert sum(given_out.values()) == min(lines, wanted)
    assert all(count <= asking[key].free for key, count in given_out.items())


def _rung_in(seconds: float, *, turn: float, calls_per_second: float) -> int:
    pace, now, rung = Pace(), NOW, 0
    while now < NOW + timedelta(seconds=seconds):
        free = pace.free(1, now=now, calls_per_second=calls_per_second)
        pace.spend(1, free, now=now, calls_per_second=calls_per_second)
        rung += free
        now += timedelta(seconds=turn)
    return rung


def test_so_many_calls_a_second_are_made_however_slow_the_turns_are() -> None:
    for turn in (0.03, 0.25):
        for calls_per_second in (0.5, 2.0, 20.0):
            rung = _rung_in(60, turn=turn, calls_per_second=calls_per_second)
            assert abs(rung - 60 * calls_per_second) <= 1 + 0.3 * calls_per_second


def test_after_a_pause_there_is_no_burst() -> None:
    pace = Pace()
    pace.spend(1, 1, now=NOW, calls_per_second=10)
    later = NOW + timedelta(hours=1)
    assert pace.free(1, now=later, calls_per_second=10) <= 4


def test_the_next_is_ready_when_due_and_when_the_pace_allows_it() -> None:
    pace = Pace()
    pace.spend(1, 1, now=NOW, calls_per_second=0.5)
    ready = pace.ready_at(1, NOW)
    assert timedelta(seconds=1.5) < ready - NOW <= timedelta(seconds=2)
    assert pace.ready_at(1, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
    assert pace.ready_at(2, NOW) == NOW
