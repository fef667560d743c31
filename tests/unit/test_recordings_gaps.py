"""What of an answered call is in no recording is known, to the half second (ANS-5)."""

import pytest

from features.call_recordings.lifecycle import gaps, when_full
from tests.unit.test_call_fold import at, crashed, hung_up_while_ringing, talked


def test_a_whole_recording_has_no_gap() -> None:
    assert not gaps(talked().record(), 58.999)


@pytest.mark.parametrize("short_s", [0.1, 0.4])
def test_the_switchs_own_delays_are_no_gap(short_s: float) -> None:
    assert not gaps(talked().record(), 58.999 - short_s)


def test_a_lost_end_is_a_gap_up_to_the_hang_up() -> None:
    [gap] = gaps(talked().record(), 40.0)
    assert (gap.from_at, gap.to_at) == (at(41.001), at(60.0))


def test_a_crash_is_named_as_the_reason() -> None:
    [gap] = gaps(crashed().record(), 12.5)
    assert (gap.why, gap.to_at) == ("the switch died", at(15.0))


def test_an_answered_call_without_a_recording_is_one_gap() -> None:  # ANS-5
    [gap] = gaps(talked().record(), 0.0)
    assert (gap.from_at, gap.to_at) == (at(1.0), at(60.0))


def test_a_recording_that_began_late_has_a_gap_in_front() -> None:
    told = talked()
    told.cel = [line.replace(f"{1795296636.001:.6f}", f"{1795296640.0:.6f}") for line in told.cel]
    [gap] = gaps(told.record(), 55.0)
    assert (gap.from_at, gap.to_at) == (at(1.0), at(5.0))


def test_a_call_that_was_never_answered_has_nothing_to_record() -> None:
    assert not gaps(hung_up_while_ringing().record(), 0.0)


def test_what_a_full_disk_cut_is_where_it_was_full() -> None:
    record = talked().record()
    short = gaps(record, 40.0)
    full = [(at(20.0), at(35.0)), (at(50.0), None), (at(90.0), None), (at(-9.0), at(-5.0))]
    told = when_full(record, short, full)
    assert [(one.from_at, one.to_at) for one in told] == [
        (at(20.0), at(35.0)),
        (at(50.0), at(60.0)),
    ]
    assert {one.why for one in told} == {"the disk was full"}


def test_a_full_disk_before_or_after_a_call_explains_nothing_of_it() -> None:
    record = talked().record()
    short = gaps(record, 40.0)
    assert when_full(record, short, [(at(-9.0), at(-5.0)), (at(70.0), None)]) == short
    assert when_full(record, (), [(at(20.0), None)]) == []


def test_a_recording_that_could_not_even_begin_on_a_full_disk_says_so() -> None:
    record = talked().record()
    [gap] = when_full(record, gaps(record, 0.0), [(at(0.5), None)])
    assert (gap.from_at, gap.to_at, gap.why) == (at(1.0), at(60.0), "the disk was full")
