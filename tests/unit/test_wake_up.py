"""A wake-up goes on until somebody is known to be awake (WAK-2, WAK-3), whatever happens when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.wake_ups.lifecycle import (
    OVER,
    Accepted,
    Alarm,
    AttemptOver,
    Called,
    Cancelled,
    Command,
    Due,
    Event,
    HangUp,
    Proved,
    Ring,
    Snoozed,
    WakeState,
    WakeUp,
    WakeUpRules,
    begun,
    decide,
)

SEVEN = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
RULES = WakeUpRules(attendants=("8301", "8302"), attendant_rounds=1)


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


class Night:
    """A wake-up and its clock; keeps what was commanded."""

    def __init__(self, rules: WakeUpRules = RULES) -> None:
        self.rules = rules
        self.now = SEVEN
        self.wake_up = begun(SEVEN, "8215")
        self.commands: list[Command] = []

    def has(self, event: Event, *, after: float = 0.0) -> tuple[Command, ...]:
        self.now += _s(after)
        self.wake_up, commands = decide(self.wake_up, event, self.now, self.rules)
        self.commands += commands
        return commands

    def comes_due(self) -> tuple[Command, ...]:
        assert self.wake_up.next_at is not None
        self.now = max(self.now, self.wake_up.next_at)
        return self.has(Due())

    def rung(self) -> list[tuple[Called, str]]:
        return [(one.who, one.number) for one in self.commands if isinstance(one, Ring)]


def test_it_rings_at_its_minute_and_not_before() -> None:
    night = Night()
    assert decide(night.wake_up, Due(), SEVEN - _s(0.001), RULES) == (night.wake_up, ())
    assert night.comes_due() == (Ring(Called.GUEST, "8215", 30.0),)
    assert night.wake_up.next_at is None, "nobody else may take it while the phone rings"


def test_a_key_ends_it_and_says_how_late() -> None:
    night = Night()
    night.comes_due()
    night.has(Proved("key"), after=95)
    night.has(AttemptOver(), after=5)
    assert (night.wake_up.state, night.wake_up.late_s) == (WakeState.AWAKE, 95.0)
    assert night.has(Due()) == ()


def test_a_lifted_receiver_proves_nothing() -> None:
    night = Night()
    night.comes_due()
    night.has(AttemptOver(), after=40)  # answered, listened to, put down
    assert night.wake_up.state is WakeState.WAITING
    assert night.wake_up.next_at == SEVEN + _s(40 + 60)


def test_again_and_again_and_after_five_minutes_the_attendants_and_then_the_desk() -> None:
    night = Night()
    while night.wake_up.state is not WakeState.ALARM:
        night.comes_due()
        if night.wake_up.state in {WakeState.RINGING, WakeState.ATTENDING}:
            night.has(AttemptOver(), after=30)
    guests = [who for who, _ in night.rung() if who is Called.GUEST]
    assert len(guests) == 4  # at 0, 90, 180 and 270 s
    assert night.rung()[len(guests) :] == [
        (Called.ATTENDANT, "8301"),
        (Called.ATTENDANT, "8302"),
    ]
    assert night.now - SEVEN == _s(300 + 30 + 30)
    assert night.commands[-1] == Alarm()
    night.has(Proved("desk"), after=200)
    assert (night.wake_up.state, night.wake_up.proof) == (WakeState.AWAKE, "desk")


def test_an_attendant_who_accepts_and_reports_nothing_is_rung_again() -> None:
    night = Night()
    while night.wake_up.state is not WakeState.ATTENDING:
        night.comes_due()
        if night.wake_up.state is WakeState.RINGING:
            night.has(AttemptOver(), after=30)
    night.has(Accepted(), after=10)
    night.has(AttemptOver(), after=5)
    assert night.wake_up.state.value == "knocking"
    assert night.comes_due() == (Ring(Called.ATTENDANT, "8302", 30.0),)
    night.has(Proved("attendant"), after=20)
    assert night.wake_up.proof == "attendant"


def test_who_wants_to_sleep_on_is_rung_again_and_late_counts_from_the_first_minute() -> None:
    night = Night()
    night.comes_due()
    night.has(Snoozed(), after=20)
    night.has(AttemptOver(), after=2)
    assert night.wake_up.next_at == SEVEN + _s(20 + 600)
    assert night.comes_due() == (Ring(Called.GUEST, "8215", 30.0),)
    night.has(AttemptOver(), after=30)
    assert night.wake_up.state is WakeState.WAITING, "the five minutes begin anew"
    night.has(Proved("key"), after=10)
    assert night.wake_up.late_s == 660.0


def test_a_phone_that_never_rang_is_rung_at_once() -> None:
    night = Night()
    night.comes_due()
    night.has(AttemptOver(rang=False), after=4)
    assert night.wake_up.next_at == SEVEN + _s(4)


@pytest.mark.parametrize(("late", "state"), [(1799, WakeState.RINGING), (1801, WakeState.MISSED)])
def test_after_a_long_stop_it_is_rung_inside_the_grace_and_reported_after_it(
    late: float, state: WakeState
) -> None:
    night = Night()
    commands = night.has(Due(), after=late)
    assert night.wake_up.state is state
    assert (Alarm() in commands) is (state is WakeState.MISSED)


def test_who_is_taken_off_is_not_rung_and_a_call_that_goes_on_is_ended() -> None:
    assert Night().has(Cancelled()) == ()
    night = Night()
    night.comes_due()
    assert night.has(Cancelled()) == (HangUp(),)
    assert night.wake_up.state is WakeState.CANCELLED


EVENTS = st.sampled_from(
    [Due(), Proved("key"), Snoozed(), Accepted(), AttemptOver(), AttemptOver(rang=False)]
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 4000)), max_size=40))
def test_whatever_happens_it_is_over_or_somebody_has_it(
    story: list[tuple[Event, float]],
) -> None:
    night = Night()
    for event, after in story:
        before = night.wake_up
        commands = night.has(event, after=after)
        wake_up = night.wake_up
        if before.state in OVER:
            assert (wake_up, commands) == (before, ()), "nothing follows the end"
        rings = [one for one in commands if isinstance(one, Ring)]
        assert len(rings) <= 1
        assert not rings or before.next_at is not None, "rung while an attempt was under way"
        waits = wake_up.next_at is not None
        held = wake_up.state in {WakeState.RINGING, WakeState.ATTENDING, WakeState.ALARM}
        assert wake_up.state in OVER or waits or held, wake_up


def test_after_the_last_attempt_nothing_is_forgotten() -> None:
    stuck = replace(begun(SEVEN, "8215"), state=WakeState.RINGING, next_at=None, tries=1)
    after, _ = decide(stuck, AttemptOver(), SEVEN + _s(30), RULES)
    assert isinstance(after, WakeUp)
    assert after.next_at == SEVEN + _s(90)
