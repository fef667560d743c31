"""Where agents talk, an agent lifts first, the person is rung once an attempt (CBK-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.rules.questions import Result
from features.campaigns.contact import (
    LATER_AFTER,
    AttemptOver,
    ContactRules,
    ContactState,
    Dialled,
    Due,
    Event,
    NeverAgain,
    Reached,
    Ring,
    Wrote,
)
from tests.unit.test_campaign_contact import Day, _always, _from_nine_to_eight


def _day(*, max_attempts: int = 3) -> Day:
    return Day(ContactRules(allowed=_always, by_agents=True, max_attempts=max_attempts))


def _talks(day: Day) -> None:
    day.is_called()
    day.has(Dialled(), after=5)
    day.has(Reached(Result.TALKED), after=10)


def test_an_agent_is_rung_first_and_the_person_after_the_agent_has_lifted() -> None:
    day = _day()
    day.is_called()
    assert (day.contact.state, day.contact.tries, day.commands) == (
        ContactState.ASKING,
        0,
        [Ring()],
    )
    day.has(Dialled())
    assert (day.contact.state, day.contact.tries) == (ContactState.CALLING, 1)


@pytest.mark.parametrize("ended", ["no_answer", "busy", "refused", "unreachable", "answered"])
def test_an_agent_who_does_not_take_it_is_no_attempt_at_the_person(ended: str) -> None:
    day = _day(max_attempts=1)
    for _ in range(5):
        day.is_called()
        day.has(AttemptOver(ended, lifted=ended == "answered"), after=20)
        assert (day.contact.state, day.contact.tries, day.waits()) == (ContactState.WAITING, 0, 0)


def test_an_agent_who_was_not_rung_to_the_end_is_no_attempt_either() -> None:
    for ended in ("never_rung", "switch_died"):
        day = _day()
        day.is_called()
        day.has(AttemptOver(ended, lifted=False))
        assert (day.contact.state, day.contact.tries) == (ContactState.WAITING, 0)


def test_who_may_have_been_dialled_when_everything_died_is_not_called_again_at_once() -> None:
    for lifted_only in (True, False):
        day = _day()
        day.is_called()
        if not lifted_only:
            day.has(Dialled())
        day.has(AttemptOver("switch_died", lifted=True))
        assert (day.contact.state, day.contact.result) == (ContactState.WAITING, Result.UNKNOWN)
        assert (day.contact.tries, day.waits()) == (1, 3600)


@pytest.mark.parametrize(
    ("result", "wait"),
    [(Result.BUSY, 600), (Result.NO_ANSWER, 3600), (Result.OFF, 7200), (Result.NO_LINE, 300)],
)
def test_a_person_who_is_not_reached_is_called_again_by_the_spacing(
    result: Result, wait: float
) -> None:
    day = _day(max_attempts=2)
    for state in (ContactState.WAITING, ContactState.FAILED):
        day.is_called()
        day.has(Dialled())
        day.has(Reached(result), after=20)
        day.has(AttemptOver("answered"))  # the agent's
        assert (day.contact.state, day.contact.result) == (state, result)
        if state is ContactState.WAITING:
            assert day.waits() == wait
    assert day.contact.tries == 2


def test_a_number_that_must_not_be_dialled_counts_as_tried() -> None:
    day = _day(max_attempts=1)
    day.is_called()
    day.has(AttemptOver("not_allowed", lifted=False))
    assert (day.contact.state, day.contact.result) == (ContactState.FAILED, Result.NOT_ALLOWED)


def test_a_talk_of_which_the_agent_writes_nothing_is_done_as_talked() -> None:
    day = _day()
    _talks(day)
    day.has(AttemptOver("answered"), after=60)
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.TALKED)
    assert day.contact.answers == {}


@pytest.mark.parametrize("when", ["before we heard of the talk", "in the talk", "after it"])
def test_what_the_agent_writes_is_the_result_whenever_it_comes(when: str) -> None:
    day = _day()
    wrote = Wrote(Result.COMPLETED, {"solved": "1"})
    day.is_called()
    day.has(Dialled())
    if when == "before we heard of the talk":
        day.has(wrote)
    day.has(Reached(Result.TALKED))
    if when == "in the talk":
        day.has(wrote)
    day.has(AttemptOver("answered"))
    if when == "after it":
        day.has(wrote)
    assert (day.contact.state, day.contact.result) == (ContactState.DONE, Result.COMPLETED)
    assert day.contact.answers == {"solved": "1"}
    assert day.commands == [Ring()]


IN_VAIN = [Result.BUSY, Result.NO_ANSWER, Result.OFF, Result.NO_LINE, Result.CONGESTION]
WRITTEN = [
    Wrote(Result.COMPLETED, {"solved": "1"}, talked=False),
    Wrote(Result.DECLINED, {}, talked=False),
    Wrote(Result.LATER, {}, talked=False),
]


@pytest.mark.parametrize("wrote", WRITTEN, ids=lambda each: each.result.value)
@pytest.mark.parametrize("result", IN_VAIN)
def test_nobody_is_reached_by_what_an_agent_writes(result: Result, wrote: Wrote) -> None:
    day = _day(max_attempts=1)
    day.is_called()
    day.has(Dialled())
    day.has(wrote)  # while it rings: nobody knows yet
    day.has(Reached(result), after=20)
    day.has(AttemptOver("answered", talked=False))  # the agent's
    assert (day.contact.state, day.contact.result) == (ContactState.FAILED, result)
    assert day.contact.answers == {}
    before = day.contact
    day.has(wrote, after=5)
    assert day.contact == before


@pytest.mark.parametrize("wrote", WRITTEN, ids=lambda each: each.result.value)
def test_what_was_written_of_a_call_of_which_nobody_knows_the_end_is_no_talk(wrote: Wrote) -> None:
    day = _day()
    day.is_called()
    day.has(Dialled())
    day.has(wrote)
    day.has(AttemptOver("switch_died", talked=False))
    assert (day.contact.state, day.contact.result) == (ContactState.WAITING, Result.UNKNOWN)
    assert day.contact.answers == {}


def test_nothing_can_be_written_before_anybody_was_dialled() -> None:
    day = _day()
    for _ in range(2):
        before = day.contact
        day.has(Wrote(Result.COMPLETED, {"solved": "1"}))
        assert day.contact == before
        day.has(Due())


@pytest.mark.parametrize("after_the_call", [True, False])
def test_who_wants_to_be_called_later_is_also_after_the_last_attempt(
    after_the_call: bool,
) -> None:
    day = _day(max_attempts=1)
    _talks(day)
    later = Wrote(Result.LATER, {})
    for event in (AttemptOver("answered"), later)[:: 1 if after_the_call else -1]:
        day.has(event)
    assert (day.contact.state, day.contact.result) == (ContactState.WAITING, Result.LATER)
    assert (day.waits(), day.contact.ended_at) == (LATER_AFTER, None)
    _talks(day)
    assert day.contact.tries == 2


def test_the_agent_may_think_better_of_it() -> None:
    day = _day()
    _talks(day)
    day.has(AttemptOver("answered"))
    day.has(Wrote(Result.LATER, {}))
    day.has(Wrote(Result.COMPLETED, {"solved": "2"}))
    assert (day.contact.state, day.contact.result, day.contact.next_at) == (
        ContactState.DONE,
        Result.COMPLETED,
        None,
    )


@pytest.mark.parametrize(
    "wrote", [Wrote(Result.DECLINED, {}), Wrote(Result.COMPLETED, {"call_again": "2"})]
)
def test_who_tells_an_agent_not_to_be_called_is_put_on_the_list(wrote: Wrote) -> None:
    day = _day()
    _talks(day)
    day.has(wrote)
    assert day.commands == [Ring(), NeverAgain()]


EVENTS = st.one_of(
    st.just(Due()),
    st.just(Dialled()),
    st.builds(
        AttemptOver,
        st.sampled_from(["answered", "busy", "no_answer", "never_rung", "switch_died"]),
        lifted=st.booleans(),
    ),
    st.builds(
        Reached,
        st.sampled_from([Result.TALKED, Result.BUSY, Result.NO_ANSWER, Result.OFF]),
    ),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 20_000)), max_size=30), st.integers(1, 5))
def test_whatever_happens_a_person_is_dialled_once_for_an_agent_and_never_too_often(
    happens: list[tuple[Event, float]], most: int
) -> None:
    day = Day(ContactRules(max_attempts=most, allowed=_from_nine_to_eight, by_agents=True))
    for event, after in happens:
        before = day.contact
        day.has(event, after=after)
        if day.contact.tries > before.tries:
            assert before.state is ContactState.ASKING, "dialled without an agent"
            assert day.contact.tries == before.tries + 1
        assert (day.contact.next_at is None) == (day.contact.state is not ContactState.WAITING)
    assert day.contact.tries <= most
    assert day.contact.tries <= day.commands.count(Ring())
