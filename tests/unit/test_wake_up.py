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
    Asked,
    AttemptOver,
    Cancelled,
    Command,
    Due,
    Engaged,
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

    def waits(self) -> bool:
        return self.wake_up.next_at is not None

    def rung(self) -> list[str]:
        return [one.number for one in self.commands if isinstance(one, Ring)]

    def needs_an_attendant(self) -> None:
        """Let the guest not hear it, until somebody has to go there."""
        while self.wake_up.state is not WakeState.ATTENDING:
            self.comes_due()
            if self.wake_up.state is WakeState.RINGING:
                self.has(AttemptOver(), after=30)


def test_it_rings_at_its_minute_and_not_before() -> None:
    night = Night()
    assert decide(night.wake_up, Due(), SEVEN - _s(0.001), RULES) == (night.wake_up, ())
    assert night.comes_due() == (Ring("8215", 30.0),)
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
    night.needs_an_attendant()
    assert night.rung() == ["8215"] * 4  # at 0, 90, 180 and 270 s
    assert night.now - SEVEN == _s(300)
    assert night.wake_up.next_at == SEVEN + _s(300 + 3), "others of the same minute come along"
    for asked in (1, 2):
        assert night.comes_due() == (), "an attendant is called when one is free"
        night.has(Asked())
        assert night.wake_up.attended == asked
        assert not night.waits()
        night.has(AttemptOver(), after=30)
    assert night.comes_due() == (Alarm(),)
    assert night.wake_up.state is WakeState.ALARM
    night.has(Proved("desk"), after=200)
    assert (night.wake_up.state, night.wake_up.proof) == (WakeState.AWAKE, "desk")


def test_without_attendants_the_desk_is_told_at_once() -> None:
    night = Night(WakeUpRules())
    while night.wake_up.state is not WakeState.ALARM:
        night.comes_due()
        if night.wake_up.state is WakeState.RINGING:
            night.has(AttemptOver(), after=30)
    assert night.now - SEVEN == _s(300)


def test_an_attendant_who_accepts_and_reports_nothing_is_asked_again() -> None:
    night = Night()
    night.needs_an_attendant()
    night.has(Asked(), after=3)
    night.has(Accepted(), after=10)
    assert (night.wake_up.state, night.wake_up.next_at) == (WakeState.KNOCKING, None)
    night.has(AttemptOver(), after=90)  # there were other rooms in the call
    assert night.wake_up.next_at == night.now + _s(300)
    night.comes_due()
    assert night.wake_up.state is WakeState.ATTENDING
    assert night.wake_up.next_at == night.now + _s(3)
    night.has(Asked(), after=3)
    night.has(Proved("attendant"), after=20)
    assert (night.wake_up.proof, night.wake_up.attended) == ("attendant", 2)


def test_who_wants_to_sleep_on_is_rung_again_and_late_counts_from_the_first_minute() -> None:
    night = Night()
    night.comes_due()
    night.has(Snoozed(), after=20)
    night.has(AttemptOver(), after=2)
    assert night.wake_up.next_at == SEVEN + _s(20 + 600)
    assert night.comes_due() == (Ring("8215", 30.0),)
    night.has(AttemptOver(), after=30)
    assert night.wake_up.state is WakeState.WAITING, "the five minutes begin anew"
    night.has(Proved("key"), after=10)
    assert night.wake_up.late_s == 660.0


def test_a_telephone_that_rings_for_another_wake_up_is_not_rung_twice_at_once() -> None:
    night = Night()
    assert night.has(Engaged()) == ()
    assert (night.wake_up.state, night.wake_up.tries) == (WakeState.WAITING, 0)
    assert night.comes_due() == (Ring("8215", 30.0),)
    assert night.now == SEVEN + _s(5)


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
    [
        *(Due(), Proved("key"), Snoozed(), Asked(), Accepted()),
        *(AttemptOver(), AttemptOver(rang=False)),
    ]
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
        on_the_phone = {WakeState.RINGING, WakeState.ATTENDING, WakeState.KNOCKING}
        held = wake_up.state in {*on_the_phone, WakeState.ALARM}
        assert wake_up.state in OVER or waits or held, wake_up


def test_after_the_last_attempt_nothing_is_forgotten() -> None:
    stuck = replace(begun(SEVEN, "8215"), state=WakeState.RINGING, next_at=None, tries=1)
    after, _ = decide(stuck, AttemptOver(), SEVEN + _s(30), RULES)
    assert isinstance(after, WakeUp)
    assert after.next_at == SEVEN + _s(90)
