"""The service level: callers connected in time, of all who had a right to be (ANS-2)."""

from hypothesis import given
from hypothesis import strategies as some

from floor.service_level import OURS, TARGETS, QueueWait, Target, level


def test_nobody_yet_is_no_failure() -> None:
    assert level([], TARGETS[OURS]).met
    assert level([], TARGETS[OURS]).share is None


def test_who_gives_up_within_the_time_does_not_count_and_who_gives_up_later_does() -> None:
    waits = [
        QueueWait(3, answered=True),
        QueueWait(5, answered=False),
        QueueWait(40, answered=False),
    ]
    reached = level(waits, Target(15, 0.95))
    assert (reached.share, reached.met, reached.counted) == (0.5, False, 2)


def test_exactly_in_time_is_in_time() -> None:
    assert level([QueueWait(15.0, answered=True)], Target(15, 1.0)).met


@given(some.lists(some.tuples(some.floats(0, 300), some.booleans())))
def test_the_share_lies_between_none_and_all(waits: list[tuple[float, bool]]) -> None:
    reached = level([QueueWait(*each) for each in waits], TARGETS[OURS])
    assert reached.share is None or 0.0 <= reached.share <= 1.0
