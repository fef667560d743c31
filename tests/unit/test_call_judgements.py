"""How a call is judged by each clause, from what its journals, its recording and its rows say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callflow.events import JournalEvent
from features.call_judgements import rules
from features.call_judgements.clauses import Judgement, Limits, Measure, NotApplicable, Outcome
from features.call_judgements.facts import Facts, Promise, stretches
from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from features.calls.lifecycle import CallRecord, Direction, HungUpBy
from recordings.analysis.result import Analysis, Side, Talk
from tests.unit.scripted_journal import BEGAN, Telling
from tests.unit.test_call_fold import talked

LIMITS = Limits()
LATER = datetime.fromtimestamp(BEGAN, UTC) + timedelta(hours=1)


def recording(call: CallRecord, seconds: float = 60.0) -> Recording:
    return Recording(
        id="5b2f4dd6-90f4-4c2a-8f0e-0a4f0c9d3b55",
        call_id=call.id,
        kind=RecordingKind.CALL,
        state=RecordingState.STORED,
        path="2026/11/30/x.wav",
        started_at=call.recording_at or call.answered,
        seconds=seconds,
        bytes=1,
        sha256="",
        channels=2,
        rate=8000,
        voice_caller_s=None,
        voice_ours_s=None,
        why="",
        created_at=LATER,
    )


def side(*talks: tuple[float, float, float], level_db: float = -20.0) -> Side:
    """Return a side that talks; each: from, to, syllables a minute."""
    return Side(
        talks=tuple(
            Talk(begin, end, rate * (end - begin) / 60, level_db) for begin, end, rate in talks
        ),
        noise_db=-60.0,
        peak_db=-3.0,
        clipped=0.0,
        tones=(),
    )


def facts(
    telling: Telling,
    *,
    sides: Sequence[Side] = (),
    gaps: Sequence[Gap] = (),
    promises: Sequence[Promise] = (),
    has_ticket: bool = False,
    events: Sequence[JournalEvent] = (),
) -> Facts:
    call = telling.record()
    return Facts(
        call=call,
        events=[*telling.events(), *events],
        recording=recording(call) if call.answered else None,
        gaps=gaps,
        analysis=Analysis(version=1, seconds=60.0, sides=tuple(sides)) if sides else None,
        promises=promises,
        has_ticket=has_ticket,
        now=LATER,
    )


def judged(known: Facts, limits: Limits = LIMITS) -> Mapping[Measure, Judgement]:
    """Return the judgements by measure; the last one where there are several."""
    return {one.measure: one for one in rules.judged(known, limits)}


def lift_s(known: Facts) -> float:
    [(_, [alone])] = stretches(known).items()
    return alone.begin_s


def test_every_measure_is_judged_in_every_call() -> None:
    abandoned = Telling()
    abandoned.rings()
    abandoned.hangs_up(3.0)
    for telling in (talked(), abandoned):
        assert set(judged(facts(telling))) == set(Measure)


def test_an_answer_within_three_rings_keeps_the_first_clause_and_a_late_one_breaks_it() -> None:
    for after, outcome in ((9.0, Outcome.KEPT), (16.0, Outcome.BROKEN)):
        telling = Telling()
        telling.rings()
        telling.is_answered(after)
        telling.hangs_up(after + 20.0)
        one = judged(facts(telling))[Measure.ANSWER]
        assert (one.outcome, one.value) == (outcome, after)


def test_who_hangs_up_while_it_rings_says_nothing_of_the_answer_unless_it_rang_too_long() -> None:
    for after, outcome in ((5.0, Outcome.NOT_APPLICABLE), (21.0, Outcome.BROKEN)):
        telling = Telling()
        telling.rings()
        telling.hangs_up(after)
        found = judged(facts(telling))
        assert found[Measure.ANSWER].outcome is outcome
        assert found[Measure.ANSWERED_AT_ALL].outcome is outcome


def test_an_agent_who_hangs_up_first_is_named() -> None:
    known = facts(talked())
    assert judged(known)[Measure.NO_HANG_UP_FIRST].outcome is Outcome.KEPT
    first = replace(known, call=replace(known.call, hung_up_by=HungUpBy.AGENT))
    one = judged(first)[Measure.NO_HANG_UP_FIRST]
    assert (one.outcome, one.agent) == (Outcome.BROKEN, known.call.segments[0].agent)


def test_a_gap_breaks_the_clause_of_the_recording_with_its_seconds_and_place() -> None:
    call = talked().record()
    assert call.answered
    gap = Gap(
        call_id=call.id,
        from_at=call.answered + timedelta(seconds=10),
        to_at=call.answered + timedelta(seconds=14),
        why="the disk was full",
    )
    one = judged(facts(talked(), gaps=[gap]))[Measure.RECORDED]
    assert (one.outcome, one.value) == (Outcome.BROKEN, 4.0)
    assert one.second == pytest.approx(10.0, abs=0.2)
    assert judged(facts(talked()))[Measure.RECORDED].outcome is Outcome.KEPT


@pytest.mark.parametrize(
    ("rate", "outcome"),
    [
        (190.0, Outcome.KEPT),
        (215.0, Outcome.KEPT),  # within what the measurement may err
        (225.0, Outcome.BROKEN),
        (150.0, Outcome.BROKEN),
    ],
)
def test_the_rate_of_speech_is_the_agents_own_within_limits(rate: float, outcome: Outcome) -> None:
    begin = lift_s(facts(talked()))
    ours = side((0.0, begin, 400.0), (begin + 1, begin + 26, rate))
    caller = side((begin + 27, begin + 29, 300.0))
    one = judged(facts(talked(), sides=(caller, ours)))[Measure.RATE]
    assert (one.outcome, one.value) == (outcome, rate)
    assert one.agent == talked().record().segments[0].agent


def test_an_agent_who_says_little_is_not_judged_by_the_voice() -> None:
    begin = lift_s(facts(talked()))
    known = facts(talked(), sides=(side(), side((begin, begin + 3, 500.0))))
    one = judged(known)[Measure.RATE]
    assert (one.outcome, one.why) == (Outcome.NOT_APPLICABLE, NotApplicable.TOO_SHORT)


def test_without_a_recording_the_voice_is_not_judged() -> None:
    one = judged(facts(talked()))[Measure.DEAD_AIR]
    assert (one.outcome, one.why) == (Outcome.NOT_APPLICABLE, NotApplicable.NO_RECORDING)


def test_dead_air_is_the_longest_silence_of_both_and_is_found_in_the_recording() -> None:
    begin = lift_s(facts(talked()))
    caller = side((begin, begin + 2, 200.0), (begin + 14, begin + 50, 200.0))
    ours = side((begin + 2, begin + 4, 200.0))
    one = judged(facts(talked(), sides=(caller, ours)))[Measure.DEAD_AIR]
    assert (one.outcome, one.value) == (Outcome.BROKEN, 10.0)
    assert one.second == pytest.approx(begin + 4, abs=0.1)


def test_an_agent_who_interrupts_breaks_the_clause_and_a_caller_who_does_breaks_nothing() -> None:
    begin = lift_s(facts(talked()))
    long, cutting = (begin, begin + 6, 200.0), (begin + 3, begin + 9, 200.0)
    for caller, ours, outcome in (
        (side(long), side(cutting), Outcome.BROKEN),
        (side(cutting), side(long), Outcome.KEPT),
    ):
        one = judged(facts(talked(), sides=(caller, ours)))[Measure.INTERRUPTING]
        assert one.outcome is outcome


def test_a_promise_is_judged_when_it_is_kept_or_due_and_looked_at_again_until_then() -> None:
    made = LATER - timedelta(minutes=50)
    due = LATER + timedelta(minutes=10)
    promise = Promise(due_at=due, made_at=made, kept_at=None, withdrawn=False)
    waiting = facts(talked(), promises=[promise])
    assert judged(waiting)[Measure.CALLBACK].why == NotApplicable.NOT_DUE
    assert rules.judge_again_at(waiting) == due + timedelta(seconds=1)
    kept = replace(promise, kept_at=made + timedelta(minutes=30))
    one = judged(facts(talked(), promises=[kept]))[Measure.CALLBACK]
    assert (one.outcome, one.value) == (Outcome.KEPT, 30.0)
    late = replace(promise, due_at=LATER - timedelta(minutes=1))
    past = facts(talked(), promises=[late])
    assert judged(past)[Measure.CALLBACK].outcome is Outcome.BROKEN
    assert rules.judge_again_at(past) is None


def test_a_call_that_we_made_is_not_judged_by_the_answer() -> None:
    known = facts(talked())
    out = replace(known, call=replace(known.call, direction=Direction.OUT))
    assert judged(out)[Measure.ANSWER].why == NotApplicable.OUTBOUND


def test_two_agents_at_once_are_nobodys_and_a_hold_is_not_theirs() -> None:
    known = facts(talked())
    [first] = known.call.segments
    begin = lift_s(known)
    start = first.from_at - timedelta(seconds=begin)

    def at(second: float) -> datetime:
        return start + timedelta(seconds=second)

    joins = replace(first, agent="2999", from_at=at(30.0), to_at=at(40.0))
    both = replace(known, call=replace(known.call, segments=(first, joins)))
    alone = stretches(both)
    assert [(round(one.begin_s), round(one.end_s)) for one in alone[first.agent]] == [
        (round(begin), 30),
        (40, 59),
    ]
    assert not alone["2999"]
    held = JournalEvent(
        at(20.0).timestamp(), "dialogue", "x", 0, "on_hold", "", data={"seconds": "5"}
    )
    [before, after] = stretches(facts(talked(), events=[held]))[first.agent]
    assert (round(before.end_s), round(after.begin_s)) == (15, 20)


def test_other_limits_are_other_rules() -> None:
    assert Limits().rules == Limits().rules
    assert Limits().rules != replace(LIMITS, dead_air_s=9.0).rules
