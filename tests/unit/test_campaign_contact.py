"""A person of a campaign is called as often as it takes, in calling hours, each time once
(CBK-3).
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.rules.questions import Result
from features.campaigns.contact import (
    OVER,
    SPACING,
    Answer,
    AttemptOver,
    Command,
    Contact,
    ContactRules,
    ContactState,
    Due,
    Event,
    NeverAgain,
    Reached,
    Ring,
    Unwilling,
    decide,
)

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _always(moment: datetime) -> datetime:
    return moment


def _from_nine_to_eight(moment: datetime) -> datetime:
    if moment.hour < 9:
        return moment.replace(hour=9, minute=0, second=0, microsecond=0)
    if moment.hour >= 20:
        return (moment + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    return moment


class Day:
    """A person of a campaign and the clock; keeps what was commanded."""

    def __init__(self, rules: ContactRules | None = None, *, now: datetime = NINE) -> None:
        self.rules = rules or ContactRules(allowed=_always)
        self.now = now
        self.contact = Contact(next_at=now)
        self.commands: list[Command] = []

    def has(self, event: Event, *, after: float = 0.0) -> None:
        self.now += timedelta(seconds=after)
        self.contact, commands = decide(self.contact, event, self.now, self.rules)
        self.commands += commands

    def is_called(self) -> None:
        assert self.contact.next_at is not None
        self.now = max(self.now, self.contact.next_at)
        self.has(Due())

    def waits(self) -> float:
        assert self.contact.next_at is not None
        return (self.contact.next_at - self.now).total_seconds()


def test_a_person_who_answers_all_questions_is_done() -> None:
    day = Day()
    day.is_called()
    day.has(Answer("satisfaction", "5"), after=10)
    day.has(Answer("solved", "1"), after=10)
    day.has(Reached(Result.COMPLETED))
    day.has(AttemptOver("answered"), after=2)
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.COMPLETED)
    assert day.contact.answers == {"satisfaction": "5", "solved": "1"}
    assert day.contact.ended_at == day.now
    assert day.commands == [Ring()]


def test_who_hangs_up_in_the_middle_is_not_called_again_and_the_answers_are_kept() -> None:
    day = Day()
    day.is_called()
    day.has(Answer("satisfaction", "2"))
    day.has(AttemptOver("answered"))
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.BROKEN_OFF)
    assert day.contact.answers == {"satisfaction": "2"}


@pytest.mark.parametrize(
    ("ended", "result", "wait"),
    [
        ("busy", Result.BUSY, 600),
        ("no_answer", Result.NO_ANSWER, 3600),
        ("unreachable", Result.OFF, 7200),
        ("refused", Result.REFUSED, 14400),
        ("congestion", Result.CONGESTION, 300),
        ("no_line", Result.NO_LINE, 300),
        ("something else", Result.FAILED, 600),
        ("switch_died", Result.UNKNOWN, 3600),
        ("never_rung", Result.UNKNOWN, 3600),
    ],
)
def test_how_long_we_wait_depends_on_how_it_ended(ended: str, result: Result, wait: float) -> None:
    day = Day()
    day.is_called()
    day.has(AttemptOver(ended))
    assert (day.contact.state, day.contact.result, day.waits()) == (
        ContactState.WAITING,
        result,
        wait,
    )


def test_a_voicemail_is_tried_again_after_hours_and_a_fax_never() -> None:
    voicemail, fax = Day(), Day()
    for day, what in ((voicemail, Result.VOICEMAIL), (fax, Result.FAX)):
        day.is_called()
        day.has(Reached(what))
        day.has(AttemptOver("answered"))
    assert (voicemail.contact.state, voicemail.waits()) == (ContactState.WAITING, 14400)
    assert (fax.contact.state, fax.contact.result, fax.contact.next_at) == (
        ContactState.FAILED,
        Result.FAX,
        None,
    )


def test_a_number_that_does_not_exist_is_not_rung_again() -> None:
    day = Day()
    day.is_called()
    day.has(AttemptOver("unknown_number"))
    assert (day.contact.state, day.contact.result) == (ContactState.FAILED, Result.UNKNOWN_NUMBER)


def test_an_attempt_of_which_nobody_knows_counts_as_made() -> None:
    day = Day(ContactRules(max_attempts=1, allowed=_always))
    day.is_called()
    day.has(AttemptOver("never_rung"))
    assert (day.contact.state, day.contact.result) == (ContactState.FAILED, Result.UNKNOWN)
    assert day.commands == [Ring()]


def test_the_next_attempt_falls_into_calling_hours() -> None:
    day = Day(ContactRules(allowed=_from_nine_to_eight), now=NINE.replace(hour=19, minute=30))
    day.is_called()
    day.has(AttemptOver("no_answer"))
    assert day.contact.next_at == NINE + timedelta(days=1)


def test_nobody_is_rung_outside_calling_hours() -> None:
    day = Day(ContactRules(allowed=_from_nine_to_eight), now=NINE.replace(hour=6))
    day.has(Due())
    assert (day.contact.state, day.contact.next_at, day.contact.tries) == (
        ContactState.WAITING,
        NINE,
        0,
    )
    assert day.commands == []


def test_who_is_on_the_do_not_call_list_is_never_rung() -> None:
    day = Day()
    day.has(Unwilling())
    day.has(Due())
    assert (day.contact.state, day.contact.result) == (ContactState.SKIPPED, Result.DO_NOT_CALL)
    assert day.commands == []


def test_who_does_not_want_such_calls_is_put_on_the_list() -> None:
    day = Day()
    day.is_called()
    day.has(Reached(Result.DECLINED))
    day.has(AttemptOver("answered"))
    assert day.commands == [Ring(), NeverAgain()]
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.DECLINED)


def test_a_service_that_dies_in_the_thanks_has_nobody_called_again() -> None:
    day = Day()
    day.is_called()
    day.has(Reached(Result.COMPLETED))
    day.has(Reached(Result.FAILED))
    day.has(AttemptOver("answered"))
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.COMPLETED)


ENDS = st.sampled_from(
    ["answered", "busy", "no_answer", "unreachable", "never_rung", "switch_died", "failed"]
)
EVENTS = st.one_of(
    st.just(Due()),
    st.just(Unwilling()),
    st.builds(AttemptOver, ENDS),
    st.builds(Reached, st.sampled_from([one for one in Result if one and one is not Result.LATER])),
    st.builds(Answer, st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 20_000)), max_size=30), st.integers(1, 5))
def test_whatever_happens_nobody_is_rung_too_often_or_by_night(
    happens: list[tuple[Event, float]], most: int
) -> None:
    day = Day(ContactRules(max_attempts=most, allowed=_from_nine_to_eight))
    for event, after in happens:
        before, rung = day.contact, day.commands.count(Ring())
        day.has(event, after=after)
        if day.commands.count(Ring()) > rung:
            assert before.state is ContactState.WAITING
            assert before.next_at is not None
            assert before.next_at <= day.now
            assert 9 <= day.now.hour < 20
        if before.state in OVER:
            assert day.contact == before
        assert (day.contact.next_at is None) == (day.contact.state is not ContactState.WAITING)
    assert day.commands.count(Ring()) == day.contact.tries <= most


def test_every_result_says_whether_it_is_the_last() -> None:
    last = {
        Result.COMPLETED,
        Result.BROKEN_OFF,
        Result.DECLINED,
        Result.TALKED,
        Result.LATER,
        Result.FAX,
        Result.UNKNOWN_NUMBER,
        Result.NOT_ALLOWED,
        Result.DO_NOT_CALL,
        Result.NONE,
    }
    assert set(Result) - set(SPACING) == last


def test_a_number_that_may_not_be_rung_is_not_tried_again() -> None:
    day = Day()
    day.is_called()
    day.has(AttemptOver("not_allowed"))
    assert (day.contact.state, day.contact.result) == (ContactState.FAILED, Result.NOT_ALLOWED)


def test_who_is_held_back_has_all_attempts_still_to_come() -> None:
    day = Day()
    for _ in range(9):
        day.is_called()
        day.has(AttemptOver("held_back"))
        assert (day.contact.state, day.contact.tries, day.waits()) == (ContactState.WAITING, 0, 60)
    day.is_called()
    assert (day.contact.state, day.contact.tries) == (ContactState.CALLING, 1)
