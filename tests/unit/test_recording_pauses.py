"""What a pause means for what is read in a recording: no gap, no dead air, no silent agent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.call_judgements.clauses import Measure, Outcome
from features.call_judgements.facts import stretches
from features.call_recordings.lifecycle import gaps
from features.recording_pauses.lifecycle import (
    Pause,
    PauseEnd,
    PauseWhy,
    heard_nothing,
    with_edges,
    without,
)
from ledger.silent_agents import SilentAgentCheck
from recordings.analysis.result import Span
from tests.unit.test_call_fold import talked
from tests.unit.test_call_judgements import facts, judged, lift_s, side
from tests.unit.test_recording_silence import going_on, stereo, talk
from tests.unit.test_recording_silence import lift_s as lifted_s

BEGAN = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def pause(begin_s: float, end_s: float | None, how: PauseEnd = PauseEnd.RESUMED) -> Pause:
    at = BEGAN + timedelta(seconds=begin_s)
    return Pause(
        call_id="x",
        node="node1",
        channel="PJSIP/trunk-00000001",
        why=PauseWhy.CARD,
        by="8001",
        from_at=at - timedelta(seconds=0.02),
        muted_at=at,
        until=at + timedelta(seconds=120),
        ended_at=None if end_s is None else BEGAN + timedelta(seconds=end_s),
        ended_how=None if end_s is None else how,
    )


def test_a_pause_lies_where_it_was_muted_and_no_further_than_the_call() -> None:
    ended = BEGAN + timedelta(seconds=60)
    found = heard_nothing([pause(40, None), pause(5, 8), pause(20, 90)], BEGAN, ended)
    assert found == [Span(5, 8), Span(20, 60), Span(40, 60)]
    assert heard_nothing([pause(5, 8, PauseEnd.FAILED), pause(70, 80)], BEGAN, ended) == []
    unmuted = replace(pause(5, 8), muted_at=None)
    assert heard_nothing([unmuted], BEGAN, ended)[0].begin_s == pytest.approx(4.98)


def test_silence_that_was_asked_for_is_taken_out_of_what_is_silent() -> None:
    assert without([(2.0, 30.0)], [Span(10, 20)]) == [(2.0, 9.9), (20.1, 30.0)]
    assert without([(10.0, 20.0)], [Span(10, 20)]) == []
    assert without([(1.0, 2.0)], [Span(10, 20)]) == [(1.0, 2.0)]


def test_a_pause_from_the_lift_on_is_no_gap_of_the_agents() -> None:
    call, lift = talk(), lifted_s(talk())
    silent = [(lift - 0.2, lift + 10.0)]
    assert gaps(call, 58.999, silent)
    assert not gaps(call, 58.999, without(silent, [Span(lift, lift + 10.0)]))


def test_a_pause_is_no_dead_air_and_what_is_beside_it_is() -> None:
    begin = lift_s(facts(talked()))
    caller = side((begin, begin + 2, 200.0), (begin + 14, begin + 50, 200.0))
    known = facts(talked(), sides=(caller, side((begin + 2, begin + 4, 200.0))))
    assert judged(known)[Measure.DEAD_AIR].outcome is Outcome.BROKEN
    paused = with_edges([Span(begin + 5, begin + 13.5)])
    one = judged(replace(known, paused=paused))[Measure.DEAD_AIR]
    assert one.outcome is Outcome.KEPT
    [(_, alone)] = stretches(replace(known, paused=paused)).items()
    assert len(alone) == 2


def test_an_agent_in_a_paused_recording_is_not_told_to_be_silent(tmp_path: Path) -> None:
    call = going_on()
    (tmp_path / f"{call.id}.raw").write_bytes(stereo(0, lifted_s(call) + 8.0))
    check, now = SilentAgentCheck(tmp_path), call.segments[0].from_at.timestamp() + 8.0
    check.look_at(call)
    assert check.due(now) == {call.id}
    assert not check.turn(now, paused={call.id})
    assert check.silent_talks == 0
