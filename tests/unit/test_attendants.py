"""An attendant is in one call of ours at a time, and told of all rooms in it (WAK-3)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.attendants.lifecycle import (
    MOST_LETTERS,
    MOST_ROOMS,
    Attendant,
    Ring,
    Room,
    looks_again_at,
    rings,
)

NOW = datetime(2026, 11, 23, 23, 5, tzinfo=UTC)
FREE = [Attendant("8301"), Attendant("8302"), Attendant("8303")]


def _rooms(count: int, *, asked: int = 0) -> list[Room]:
    return [Room(place, f"A{100 + place}", asked) for place in range(count)]


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_five_rooms_are_one_call() -> None:
    rooms = _rooms(5)
    assert rings(rooms, FREE, NOW, left_alone=60) == [Ring("8301", rooms)]


def test_whoever_is_in_a_call_of_ours_is_not_called_again_and_the_next_one_is() -> None:
    busy = [Attendant("8301", in_call=True), Attendant("8302"), Attendant("8303")]
    assert [one.number for one in rings(_rooms(2), busy, NOW, left_alone=60)] == ["8302"]


def test_while_all_are_busy_with_us_rooms_wait_and_nothing_is_counted() -> None:
    busy = [Attendant(one.number, in_call=True) for one in FREE]
    assert rings(_rooms(9, asked=3), busy, NOW, left_alone=60) == []
    assert looks_again_at(busy, NOW, left_alone=60) is None


def test_who_was_called_in_vain_is_left_alone_for_a_while() -> None:
    tried = [Attendant("8301", in_vain_at=_ago(1)), Attendant("8302", in_vain_at=_ago(59))]
    assert rings(_rooms(1), tried, NOW, left_alone=60) == []
    assert looks_again_at(tried, NOW, left_alone=60) == NOW + timedelta(seconds=1)
    later = NOW + timedelta(seconds=1)
    assert [one.number for one in rings(_rooms(1), tried, later, left_alone=60)] == ["8302"]


def test_a_room_that_one_did_not_go_to_is_for_the_next_one() -> None:
    assert [one.number for one in rings(_rooms(1, asked=1), FREE, NOW, left_alone=60)] == ["8302"]
    assert [one.number for one in rings(_rooms(1, asked=3), FREE, NOW, left_alone=60)] == ["8301"]


def test_more_rooms_than_anybody_listens_to_are_shared() -> None:
    rooms = _rooms(60)
    found = rings(rooms, FREE, NOW, left_alone=60)
    assert [one.number for one in found] == ["8301", "8302", "8303"]
    assert [len(one.rooms) for one in found] == [MOST_ROOMS] * 3
    assert [room for one in found for room in one.rooms] == rooms
    long = [Room(place, "X" * 19 + str(place), 0) for place in range(9)] + _rooms(30)
    assert sum(len(room.name) + 1 for room in rings(long, FREE, NOW, left_alone=60)[0].rooms) <= (
        MOST_LETTERS
    )


@given(
    st.lists(st.integers(0, 9), max_size=80),
    st.lists(
        st.builds(
            Attendant,
            st.sampled_from(["8301", "8302", "8303", "8304"]),
            st.booleans(),
            st.one_of(st.none(), st.floats(0, 200).map(_ago)),
        ),
        unique_by=lambda one: one.number,
        max_size=4,
    ),
)
def test_whatever_is_nobody_is_called_twice_and_no_room_is_told_twice(
    asked: list[int], attendants: list[Attendant]
) -> None:
    rooms = [Room(place, f"W-{place}", each) for place, each in enumerate(asked)]
    found = rings(rooms, attendants, NOW, left_alone=60)
    called = [one.number for one in found]
    assert len(called) == len(set(called))
    told = [room for one in found for room in one.rooms]
    assert told == rooms[: len(told)], "the longest waiting first"
    free = {
        one.number
        for one in attendants
        if not one.in_call and (one.in_vain_at is None or one.in_vain_at <= _ago(60))
    }
    assert set(called) <= free
    assert bool(found) == bool(rooms and free)
