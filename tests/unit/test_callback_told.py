"""What programs are told of a callback, by its states before and after. No I/O."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.callbacks.lifecycle import CallBack, CallbackKind, CallbackState
from features.callbacks.told import happened
from features.event_feed.kinds import OF, CallbackEvent, CustomerEvent, about, word

NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
OPEN = CallBack(kind=CallbackKind.AGENT, due_at=NOON, next_at=NOON)
S, E = CallbackState, CallbackEvent


def told(before: CallBack, after: CallBack) -> list[CallbackEvent]:
    return [each.what for each in happened(7, before, after, NOON)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (S.OPEN, S.RINGING, []),
        (S.RINGING, S.TAKEN, []),
        (S.TALKING, S.COMPLETED, [E.KEPT]),
        (S.OPEN, S.FAILED, [E.FAILED]),
        (S.TAKEN, S.UNKNOWN, [E.UNKNOWN]),
        (S.OPEN, S.CANCELLED, [E.CANCELLED]),
        (S.FAILED, S.OPEN, [E.REOPENED]),
        (S.UNKNOWN, S.OPEN, [E.REOPENED]),
        (S.RINGING, S.OPEN, []),
        (S.FAILED, S.FAILED, []),
    ],
)
def test_an_end_and_a_new_beginning_are_told_and_the_telephone_is_not(
    before: CallbackState, after: CallbackState, kinds: list[CallbackEvent]
) -> None:
    assert told(replace(OPEN, state=before), replace(OPEN, state=after)) == kinds


def test_a_customers_phone_that_was_rung_is_told_before_what_came_of_it() -> None:
    rung = replace(OPEN, state=S.COMPLETED, tries=1)
    assert told(OPEN, rung) == [E.TRIED, E.KEPT]
    [tried, _] = happened(7, OPEN, rung, NOON)
    assert (tried.of, tried.before, tried.after, tried.at) == (7, "open", "completed", NOON)


def test_each_kind_says_what_it_is_about() -> None:
    for kind in (*CustomerEvent, *CallbackEvent):
        assert kind.value == f"{about(kind)}_{word(kind)}"
        assert len(kind.value) <= 24
    assert (about("take_back"), word("take_back")) == ("ticket", "take_back")
    assert len(OF) == len(CustomerEvent) + len(CallbackEvent)
