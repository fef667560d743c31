"""TKT-12: a department that is late is rung until a key answers, or a person is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import calendar
from callflow.rules.hours import OpenHours
from features.department_calls.lifecycle import (
    OPEN,
    Alarm,
    Answered,
    Ask,
    AskState,
    CallOver,
    DepartmentRules,
    Event,
    Left,
    Outcome,
    Postponed,
    Record,
    Rung,
    Telephone,
    decide,
    outcome,
    rings_from,
)
from features.ticket_clocks.rules import Office

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a Monday
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = Office(ZONE, OpenHours.parse("08:30-17:30"), calendar("CN", ""))
RULES = DepartmentRules()
WAITING = Ask(next_at=NOW)
RINGING, _ = decide(WAITING, Rung(), NOW, RULES)
MIDNIGHT = datetime(2026, 12, 1, tzinfo=ZONE)

ANSWER_STATES = (AskState.ACCEPTED, AskState.ASKED_TIME, AskState.SENT_BACK)
EVENTS: list[Event] = [
    Rung(),
    Postponed(NOW + timedelta(hours=1)),
    Left(),
    *(Answered(state) for state in ANSWER_STATES),
    *(CallOver(how, rang) for how in Outcome for rang in (True, False)),
]


def _walls(hour: int, minute: int = 0, *, day: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def test_a_call_that_is_made_counts_as_one_try() -> None:
    assert (RINGING.state, RINGING.tries, RINGING.next_at) == (AskState.RINGING, 1, None)
    assert decide(RINGING, Rung(), NOW, RULES) == (RINGING, ())


@pytest.mark.parametrize("state", ANSWER_STATES)
def test_a_key_is_an_answer_and_nothing_comes_after_it(state: AskState) -> None:
    answered, commands = decide(RINGING, Answered(state), NOW, RULES)
    assert (answered.state, answered.ended_at, commands) == (state, NOW, ())
    for event in EVENTS:
        assert decide(answered, event, NOW, RULES) == (answered, ())


@pytest.mark.parametrize("how", [one for one in Outcome if one is not Outcome.HELD_BACK])
def test_a_call_without_an_answer_is_on_record_and_made_again(how: Outcome) -> None:
    after, commands = decide(RINGING, CallOver(how), NOW, RULES)
    assert Record(how) in commands
    if how is Outcome.NOT_ALLOWED:  # it never will be
        assert (after.state, commands) == (AskState.IN_VAIN, (Record(how), Alarm()))
        return
    assert after.state is AskState.WAITING
    assert after.next_at == NOW + timedelta(seconds=RULES.again_every)
    assert after.result == how.value


def test_when_the_tries_are_used_up_a_person_is_told_once() -> None:
    ask, alarms = WAITING, 0
    for _ in range(RULES.tries):
        ask, _ = decide(ask, Rung(), NOW, RULES)
        ask, commands = decide(ask, CallOver(Outcome.BUSY), NOW, RULES)
        alarms += commands.count(Alarm())
    assert (ask.state, ask.tries, alarms) == (AskState.IN_VAIN, RULES.tries, 1)


@pytest.mark.parametrize(
    "event", [CallOver(Outcome.FAILED, rang=False), CallOver(Outcome.HELD_BACK)]
)
def test_a_call_that_was_never_made_is_no_try_and_not_on_record(event: CallOver) -> None:
    after, commands = decide(RINGING, event, NOW, RULES)
    assert (after.state, after.tries, commands) == (AskState.WAITING, 0, ())
    assert after.next_at is not None
    assert after.next_at > NOW


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_order_of_events_leaves_the_table(events: list[Event]) -> None:
    ask, alarms = WAITING, 0
    for event in events:
        before = ask
        ask, commands = decide(ask, event, NOW, RULES)
        alarms += commands.count(Alarm())
        assert 0 <= ask.tries <= RULES.tries
        assert (ask.next_at is None) == (ask.state is not AskState.WAITING)
        assert (ask.ended_at is None) == (ask.state in OPEN)
        assert before.state in OPEN or (ask, commands) == (before, ())
    assert alarms == (ask.state is AskState.IN_VAIN)


@pytest.mark.parametrize(
    ("result", "reached", "how"),
    [
        ("answered", "", Outcome.BROKEN_OFF),
        ("answered", "voicemail", Outcome.VOICEMAIL),
        ("answered", "fax", Outcome.VOICEMAIL),
        ("answered", "silent", Outcome.SILENT),
        ("answered", "failed", Outcome.FAILED),
        ("no_answer", "", Outcome.NO_ANSWER),
        ("busy", "", Outcome.BUSY),
        ("unreachable", "", Outcome.FAILED),
        ("switch_died", "", Outcome.FAILED),
        ("not_allowed", "", Outcome.NOT_ALLOWED),
        ("held_back", "", Outcome.HELD_BACK),
    ],
)
def test_how_a_call_ended_is_told_by_the_line_and_by_what_was_heard_on_it(
    result: str, reached: str, how: Outcome
) -> None:
    assert outcome(result, reached) is how


@pytest.mark.parametrize(
    ("phone", "at", "from_"),
    [
        pytest.param({}, _walls(10), _walls(10), id="in office hours at once"),
        pytest.param({}, _walls(6), _walls(8, 30), id="early: when it opens"),
        pytest.param(
            {}, _walls(20), datetime(2026, 12, 1, 8, 30, tzinfo=ZONE), id="late: tomorrow"
        ),
        pytest.param({}, _walls(10, day=28), _walls(8, 30), id="on a Saturday: on Monday"),
        pytest.param(
            {"in_vain_at": _walls(9, 50)}, _walls(10), _walls(10, 5), id="left alone for a while"
        ),
        pytest.param(
            {"in_vain_at": _walls(17, 25)},
            _walls(17, 27),
            datetime(2026, 12, 1, 8, 30, tzinfo=ZONE),
            id="left alone beyond closing time",
        ),
        pytest.param(
            {"calls_today": RULES.calls_a_day},
            _walls(10),
            datetime(2026, 12, 1, 8, 30, tzinfo=ZONE),
            id="enough for today",
        ),
    ],
)
def test_a_department_is_never_rung_out_of_its_hours_nor_too_often(
    phone: dict[str, datetime], at: datetime, from_: datetime
) -> None:
    used = Telephone(midnight=MIDNIGHT, **phone)  # type: ignore[arg-type]
    assert rings_from(used, at, OFFICE, RULES) == from_


def test_a_house_may_ring_at_any_hour() -> None:
    rules = DepartmentRules(any_hour=True)
    assert rings_from(Telephone(midnight=MIDNIGHT), _walls(3), OFFICE, rules) == _walls(3)
