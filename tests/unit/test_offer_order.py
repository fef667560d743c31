"""Who has priority is asked first when an agent becomes free (QUE-1, QUE-2, QUE-3)."""

from datetime import UTC, datetime, timedelta

import pytest

from floor.live_state import LiveState
from floor.offer_order import about_to_ring, awaited, is_served, next_in_line, stages
from floor.people import DeviceState, Member, Offer, WaitingCaller

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
OWN, ALL = "own-8104", ("hotline", "senior", "own-8104")


@pytest.mark.parametrize(
    ("waits_in", "wanted"),
    [
        ((), [(OWN, "senior", "hotline")]),
        (("hotline",), [(OWN, "senior", "hotline")]),
        (("senior",), [(OWN, "senior"), ("hotline",)]),
        ((OWN,), [(OWN,), ("senior", "hotline")]),
        ((OWN, "senior", "hotline"), [(OWN,), ("senior",), ("hotline",)]),
        (("own-8105", "manager"), [(OWN, "senior", "hotline")]),
    ],
)
def test_a_queue_has_a_head_start_before_those_below_it_when_somebody_waits(
    waits_in: tuple[str, ...], wanted: list[tuple[str, ...]]
) -> None:
    assert stages(ALL, waits_in) == wanted


def test_a_seat_without_queues_is_shown_to_nobody() -> None:
    assert stages((), {"senior"}) == []


def test_who_is_being_rung_or_has_left_does_not_wait() -> None:
    live_state = LiveState()
    live_state.waiting = {
        "1": WaitingCaller("senior", "PJSIP/trunk-1", NOON),
        "2": WaitingCaller("hotline", "PJSIP/trunk-2", NOON, left_at=NOON),
        "3": WaitingCaller(OWN, "PJSIP/trunk-3", NOON),
    }
    assert awaited(live_state) == {"senior", OWN}
    live_state.offers["8109"] = Offer("call", "1", "senior", NOON)
    assert awaited(live_state) == {OWN}


def test_who_waits_longest_is_told_first_that_somebody_is_free() -> None:
    live_state = LiveState()
    waits = [("1", "hotline", 20), ("2", "senior", 90), ("3", "hotline", 40), ("4", "hotline", 30)]
    live_state.waiting = {
        key: WaitingCaller(queue, f"PJSIP/trunk-{key}", NOON - timedelta(seconds=seconds))
        for key, queue, seconds in waits
    }
    waiting = live_state.waiting
    assert next_in_line(live_state, ["hotline"]) is waiting["3"]
    assert next_in_line(live_state, ALL) is waiting["2"]
    assert next_in_line(live_state, []) is None
    assert not is_served(live_state, waiting["3"])
    live_state.offers["8109"] = Offer("call", "3", "hotline", NOON)
    waiting["4"].left_at = NOON
    assert next_in_line(live_state, ["hotline"]) is waiting["1"]
    assert is_served(live_state, waiting["3"])
    assert is_served(live_state, waiting["4"])


@pytest.mark.parametrize(
    ("offer", "device", "later", "wanted"),
    [
        ("hotline", DeviceState.IDLE, 0.1, ["8109"]),
        ("hotline", DeviceState.RINGING, 0.1, []),
        ("hotline", DeviceState.UNAVAILABLE, 0.1, []),
        ("hotline", DeviceState.IDLE, 1.1, []),
        ("", DeviceState.IDLE, 0.1, []),  # a callback: no caller of a queue
    ],
)
def test_a_phone_is_about_to_ring_until_it_says_so(
    offer: str, device: DeviceState, later: float, wanted: list[str]
) -> None:
    live_state = LiveState()
    live_state.offers["8109"] = Offer("call", "1", offer, NOON)
    assert about_to_ring(live_state, NOON) == [], "nobody knows this phone"
    live_state.members["8109"] = Member("1009", device, paused=False, reason="")
    assert about_to_ring(live_state, NOON + timedelta(seconds=later)) == wanted
