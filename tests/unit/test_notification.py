"""A household is rung, number by number, until somebody acknowledges (CBK-5), whatever happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.emergency_notifications.lifecycle import (
    KNOWS,
    OPEN,
    STOPPED,
    Acknowledged,
    AttemptOver,
    Due,
    Event,
    Household,
    HouseholdState,
    NotificationRules,
    Ring,
    Stopped,
    ToldAtDoor,
    chosen,
    decide,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
RULES = NotificationRules(rounds=2, next_number_after=5, round_every=120)
MOBILE, LANDLINE = "13800138000", "02787654321"


class Street:
    """One household and its clock; keeps which numbers were rung."""

    def __init__(self, *numbers: str, rules: NotificationRules = RULES) -> None:
        self.rules = rules
        self.now = NOON
        self.rung: list[str] = []
        self.household = chosen(numbers)
        if numbers:
            self.household = replace(self.household, next_at=NOON)

    def has(self, event: Event, *, after: float = 0.0) -> tuple[Ring, ...]:
        self.now += timedelta(seconds=after)
        self.household, rings = decide(self.household, event, self.now, self.rules)
        self.rung += [one.number for one in rings]
        return rings

    def comes_due(self) -> tuple[Ring, ...]:
        assert self.household.next_at is not None
        self.now = max(self.now, self.household.next_at)
        return self.has(Due())

    @property
    def state(self) -> HouseholdState:
        return self.household.state


def test_who_acknowledges_is_told_and_never_rung_again() -> None:
    street = Street(MOBILE, LANDLINE)
    street.comes_due()
    street.has(Acknowledged(MOBILE), after=20)
    street.has(AttemptOver("answered"), after=3)
    assert street.state is HouseholdState.TOLD
    assert (street.household.told_on, street.household.told_at) == (
        MOBILE,
        NOON + timedelta(seconds=20),
    )
    assert street.household.next_at is None
    assert street.has(Due(), after=10_000) == ()
    assert street.rung == [MOBILE]


def test_the_next_number_is_rung_soon_and_the_next_round_waits() -> None:
    street = Street(MOBILE, LANDLINE)
    moments = []
    while street.state in OPEN:
        street.comes_due()
        moments.append((street.now - NOON).total_seconds())
        street.has(AttemptOver("no_answer"), after=25)
    assert street.rung == [MOBILE, LANDLINE, MOBILE, LANDLINE]
    assert moments == [0, 30, 175, 205]
    assert (street.state, street.household.reason) == (HouseholdState.NOT_TOLD, "no_answer")


def test_a_lifted_receiver_proves_nothing() -> None:
    street = Street(MOBILE, LANDLINE)
    street.comes_due()
    street.has(AttemptOver("answered"), after=60)
    assert street.state is HouseholdState.WAITING
    street.comes_due()
    assert street.rung == [MOBILE, LANDLINE]


def test_a_household_without_a_number_is_never_rung() -> None:
    street = Street()
    assert street.state is HouseholdState.NO_NUMBER
    assert street.has(Due()) == ()
    street.has(Stopped())
    assert street.state is HouseholdState.NO_NUMBER
    street.has(ToldAtDoor())
    assert street.household.state is HouseholdState.AT_THE_DOOR


def test_what_never_rang_is_rung_again_at_once_and_is_no_try_of_the_number() -> None:
    street = Street(MOBILE, LANDLINE)
    street.comes_due()
    street.has(AttemptOver("never_rung", rang=False))
    street.comes_due()
    assert street.rung == [MOBILE, MOBILE]
    assert (street.household.step, street.household.tries) == (0, 2)


def test_stopped_nobody_else_is_rung_and_who_listens_may_still_acknowledge() -> None:
    waits, listens, rings = Street(MOBILE), Street(MOBILE), Street(MOBILE)
    listens.comes_due()
    rings.comes_due()
    for each in (waits, listens, rings):
        each.has(Stopped(), after=1)
    listens.has(Acknowledged(MOBILE), after=5)
    rings.has(AttemptOver("no_answer"))
    assert (waits.state, waits.household.reason) == (HouseholdState.NOT_TOLD, STOPPED)
    assert listens.state is HouseholdState.TOLD
    assert (rings.state, rings.household.reason) == (HouseholdState.NOT_TOLD, STOPPED)
    assert [each.has(Due(), after=9999) for each in (waits, listens, rings)] == [(), (), ()]


def test_who_is_told_at_the_door_is_not_rung_any_more() -> None:
    street = Street(MOBILE, LANDLINE)
    street.comes_due()
    street.has(ToldAtDoor(), after=2)
    street.has(AttemptOver("no_answer"), after=1)
    assert street.state is HouseholdState.AT_THE_DOOR
    assert street.household.next_at is None


def test_a_clock_that_was_put_back_rings_nobody_early() -> None:
    street = Street(MOBILE)
    assert street.has(Due(), after=-3600) == ()


EVENTS = st.sampled_from(
    [
        Due(),
        Acknowledged(LANDLINE),
        AttemptOver("no_answer"),
        AttemptOver("never_rung", rang=False),
        Stopped(),
        ToldAtDoor(),
    ]
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 300)), max_size=40), st.integers(0, 3))
def test_whatever_happens_nobody_is_rung_twice_at_once_nor_after_knowing(
    events: list[tuple[Event, float]], numbers: int
) -> None:
    street = Street(*(f"1380013800{n}" for n in range(numbers)))
    for event, after in events:
        before = street.household
        rings = street.has(event, after=after)
        if rings:
            assert before.state is HouseholdState.WAITING
            assert before.next_at is not None
            assert before.next_at <= street.now
        if before.state in KNOWS:
            assert street.household == before
        assert (street.household.next_at is None) or street.state is HouseholdState.WAITING
        assert street.household.step <= numbers * RULES.rounds


@pytest.mark.parametrize("rounds", [1, 3])
def test_every_number_is_tried_in_every_round(rounds: int) -> None:
    street = Street(MOBILE, LANDLINE, rules=replace(RULES, rounds=rounds))
    while street.state in OPEN:
        street.comes_due()
        street.has(AttemptOver("busy"))
    assert street.rung == [MOBILE, LANDLINE] * rounds


def test_a_notice_that_has_not_begun_rings_nobody() -> None:
    household: Household = chosen((MOBILE,))
    assert decide(household, Due(), NOON, RULES) == (household, ())
