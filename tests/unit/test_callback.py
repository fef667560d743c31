"""A callback is kept, and a customer is rung at most once for an attempt (CBK-1, CBK-2)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.callbacks.lifecycle import (
    CUT_OFF_FOR_S,
    FOR_A_PERSON,
    LEAD,
    ON_THE_PHONE,
    OVER,
    AgentLost,
    Alarm,
    AllPassed,
    AttemptOver,
    CallBack,
    CallbackAgain,
    CallbackKind,
    CallbackRules,
    CallbackState,
    CallNow,
    Command,
    Dialled,
    Due,
    Event,
    HangUp,
    NotReached,
    Refused,
    Ring,
    Settled,
    Talked,
    Took,
    begun,
    decide,
    is_overdue,
)
from features.duties.choice import ReadyAgent, agent_for

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULES = CallbackRules(again_every=300, most_tries=2, grace=3600)
HALF_AN_HOUR = timedelta(minutes=30)
SEAT = "w01"


class Day:
    """A callback and its clock; keeps what was commanded."""

    def __init__(self, kind: CallbackKind = CallbackKind.CANNOT_HEAR) -> None:
        self.now = NOON
        self.callback = begun(kind, made_at=NOON, due_at=NOON + HALF_AN_HOUR)
        self.commands: list[Command] = []

    @property
    def state(self) -> CallbackState:
        return self.callback.state

    def has(self, *events: Event, after: float = 0.0) -> "Day":
        self.now += timedelta(seconds=after)
        for event in events:
            self.callback, commands = decide(self.callback, event, self.now, RULES)
            self.commands += commands
        return self

    def comes_due(self, seat: str | None = SEAT) -> "Day":
        assert self.callback.next_at is not None
        self.now = max(self.now, self.callback.next_at)
        return self.has(Due(seat))

    def dials(self) -> "Day":
        return self.comes_due().has(Took(), Dialled())


def over(seat: str = SEAT, *, told: bool = True, rang: bool = True) -> AttemptOver:
    return AttemptOver(seat, told=told, rang=rang)


def test_kept_only_when_both_have_talked() -> None:
    day = Day().dials()
    assert day.state is CallbackState.DIALLING
    assert day.has(Talked(), over(), after=60).state is CallbackState.COMPLETED
    assert day.callback.completed_at == day.now
    assert day.commands == [Ring(SEAT)]


def test_an_agent_who_does_not_take_it_is_followed_by_another_at_once() -> None:
    day = Day().comes_due().has(over(), after=15)
    assert (day.state, day.callback.next_at, day.callback.passed) == ("open", day.now, (SEAT,))
    assert day.callback.tries == 0, "the customer was not rung"
    day.comes_due("w02").has(over("w02"))
    assert day.callback.passed == (SEAT, "w02")
    assert not day.has(AllPassed()).callback.passed
    assert day.callback.next_at == day.now + timedelta(seconds=RULES.round_every)


def test_an_agent_who_hangs_up_before_the_customer_rings_has_not_taken_it() -> None:
    day = Day().comes_due().has(Took(), over())
    assert (day.state, day.callback.passed, day.callback.tries) == ("open", (SEAT,), 0)


def test_a_customer_who_is_busy_is_called_again_later_and_at_last_the_desk_is_told() -> None:
    day = Day().dials().has(NotReached(), over())
    assert day.callback.next_at == day.now + timedelta(seconds=RULES.again_every)
    assert not day.commands[1:]
    day.dials().has(NotReached(), over())
    assert day.state is CallbackState.FAILED
    assert day.commands[-1] == Alarm()
    assert day.callback.tries == RULES.most_tries


def test_an_agent_who_hangs_up_while_the_customer_rings_counts_as_not_reached() -> None:
    day = Day().dials().has(over())
    assert (day.state, day.callback.tries) == (CallbackState.OPEN, 1)
    assert day.callback.next_at == day.now + timedelta(seconds=RULES.again_every)


@pytest.mark.parametrize("events", [[Took()], [Took(), Dialled()]])
@pytest.mark.parametrize("rang", [True, False])
def test_when_nobody_knows_whether_the_customer_rang_a_person_decides(
    events: list[Event], rang: bool
) -> None:
    day = Day().comes_due().has(*events, over(told=False, rang=rang))
    assert (day.state, day.callback.next_at) == (CallbackState.UNKNOWN, None)
    assert day.commands[-1] == Alarm()
    day.has(Due(SEAT), after=10_000)
    assert day.commands.count(Ring(SEAT)) == 1, "rung again by itself"
    assert day.has(CallNow()).comes_due().state is CallbackState.RINGING


@pytest.mark.parametrize("rang", [True, False])
def test_a_switch_that_dies_before_the_agent_lifts_has_not_rung_the_customer(rang: bool) -> None:
    day = Day().comes_due().has(over(told=False, rang=rang))
    assert (day.state, day.callback.next_at, day.callback.passed) == ("open", day.now, ())


def test_both_had_talked_when_the_switch_died() -> None:
    assert Day().dials().has(Talked(), over(told=False)).state is CallbackState.COMPLETED


def test_a_customer_whose_agents_phone_was_lost_is_called_again_in_a_moment() -> None:
    day = Day().dials().has(Talked(), AgentLost(), over(), after=30)
    assert day.state is CallbackState.OPEN
    assert day.callback.next_at == day.now + timedelta(seconds=CUT_OFF_FOR_S)
    day.dials().has(Talked(), AgentLost(), over(), after=30)
    assert (day.state, day.commands[-1]) == (CallbackState.FAILED, Alarm()), "again and again"
    assert Day().has(AgentLost()).state is CallbackState.OPEN


def test_an_agents_callback_is_called_in_time_for_its_half_hour() -> None:  # CBK-2
    day = Day(CallbackKind.AGENT)
    assert day.callback.next_at == NOON + HALF_AN_HOUR - LEAD
    assert not day.has(Due(SEAT)).commands, "before its time"
    short = begun(CallbackKind.AGENT, made_at=NOON, due_at=NOON + timedelta(seconds=20))
    assert short.next_at == NOON


def test_without_an_answer_it_is_called_all_the_same_and_promised_again() -> None:  # CBK-1
    day = Day(CallbackKind.AGENT).dials().has(Talked(), over(), after=50)
    again = CallbackAgain(day.now + HALF_AN_HOUR)
    assert (day.state, day.commands) == (CallbackState.COMPLETED, [Ring(SEAT), again])


def test_with_the_answer_nothing_is_promised_again() -> None:
    day = Day(CallbackKind.AGENT).has(CallNow(), after=300)
    assert day.callback.next_at == day.now
    day.dials().has(Talked(), over())
    assert (day.state, day.commands) == (CallbackState.COMPLETED, [Ring(SEAT)])


def test_who_keeps_a_place_in_the_queue_is_due_since_then() -> None:
    came = NOON - timedelta(minutes=2)
    due = NOON + HALF_AN_HOUR
    assert begun(CallbackKind.QUEUE, made_at=NOON, due_at=due, came_at=came).next_at == came


def test_with_nobody_at_work_it_stays_open_and_is_overdue_when_the_time_has_passed() -> None:
    day = Day().comes_due(None)
    assert (day.state, is_overdue(day.callback, day.now)) == ("open", False)
    day.has(Due(None), after=1801)
    assert (day.state, is_overdue(day.callback, day.now)) == ("open", True)
    assert day.has(Due(SEAT)).state is CallbackState.RINGING


def test_one_that_waited_far_too_long_is_not_called_but_told() -> None:
    day = Day().has(Due(SEAT), after=RULES.grace + 1)
    assert (day.state, day.commands) == (CallbackState.FAILED, [Alarm()])
    assert day.has(CallNow(), Due(SEAT)).state is CallbackState.RINGING


def test_what_is_settled_at_the_desk_rings_no_more() -> None:
    day = Day().dials().has(Settled(completed=False))
    assert (day.state, day.commands[-1]) == (CallbackState.CANCELLED, HangUp())
    assert day.has(NotReached(), over(), Due(SEAT)).state is CallbackState.CANCELLED
    assert Day().has(Settled(completed=True)).callback.completed_at == NOON


def test_nobody_cuts_off_two_who_talk() -> None:  # SIL-6
    day = Day().dials().has(Talked(), Settled(completed=False))
    assert (day.state, day.commands) == (CallbackState.TALKING, [Ring(SEAT)])
    late = Day().dials().has(Settled(completed=False), Talked(), over())
    assert late.state is CallbackState.COMPLETED, "they talked, whatever was said at the desk"


EVENTS = st.sampled_from(
    [
        Due(SEAT),
        Due(None),
        AllPassed(),
        Took(),
        Dialled(),
        Talked(),
        AgentLost(),
        NotReached(),
        over(),
        over(told=False),
        over(told=False, rang=False),
        Refused(for_now=True),
        Refused(for_now=False),
        CallNow(),
        Settled(completed=True),
        Settled(completed=False),
    ]
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 7200)), max_size=40))
def test_whatever_happens_it_is_never_lost_and_never_on_two_phones(
    happened: list[tuple[Event, float]],
) -> None:
    day = Day(CallbackKind.AGENT)
    for event, after in happened:
        before: CallBack = day.callback
        day.commands.clear()
        day.has(event, after=after)
        waits = day.callback.next_at is not None
        assert waits == (day.state is CallbackState.OPEN), "nobody would ever look at it again"
        assert day.state in OVER | ON_THE_PHONE | FOR_A_PERSON | {CallbackState.OPEN}
        if any(isinstance(one, Ring) for one in day.commands):
            assert before.state is CallbackState.OPEN
            assert day.callback.asked == before.asked + 1
        if day.callback.tries > before.tries:
            assert isinstance(event, Dialled)


def ready(seat: str, *, senior: bool = False, since: int = 0, any_: bool = True) -> ReadyAgent:
    return ReadyAgent(
        number=f"1{seat[1:]}",
        seat=seat,
        senior=senior,
        since=NOON + timedelta(seconds=since),
        takes_any=any_,
    )


def test_who_promised_is_rung_first_then_who_is_ready_for_longest() -> None:
    agents = [ready("w01", since=5), ready("w02", since=9), ready("w03", since=1)]

    def seat(maker: str | None, **more: object) -> str | None:
        found = agent_for(agents, maker=maker, senior_first=False, **more)  # type: ignore[arg-type]
        return found.seat if found else None

    assert seat("102") == "w02"
    assert seat(None) == "w03"
    assert seat("102", passed={"w02"}) == "w03"
    assert seat("102", taken={"w02", "w03"}) == "w01"
    assert seat("102", taken={"w01", "w02"}, passed={"w03"}) is None


def test_a_large_customer_gets_a_senior_agent_where_one_is_free() -> None:  # QUE-1
    agents = [ready("w01", since=1), ready("w02", senior=True, since=9)]
    priority = agent_for(agents, maker=None, senior_first=True)
    assert priority is not None
    assert priority.seat == "w02"
    only = agent_for(agents[:1], maker=None, senior_first=True)
    assert only is not None
    assert only.seat == "w01"


def test_a_manager_keeps_the_own_callbacks_and_nobody_elses() -> None:
    agents = [ready("w01", any_=False)]
    assert agent_for(agents, maker=None, senior_first=False) is None
    assert agent_for(agents, maker="101", senior_first=False) == agents[0]
