"""Every answered second is in a recording or in a gap, or the statement names the call (ANS-5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from features.call_recordings.completeness import TAKEN_IN_WITHIN, Statement
from features.call_recordings.lifecycle import (
    DISK_FULL,
    Gap,
    Recording,
    RecordingKind,
    RecordingState,
    gaps,
)
from tests.unit.test_call_fold import at, hung_up_while_ringing, talked

CALL = talked().record()
assert CALL.ended is not None
LATER = CALL.ended + timedelta(hours=1)
WHOLE = Recording(
    id="6d0f36f6-4a43-5a2f-8c5f-0d8ed3c4c0aa",
    call_id=CALL.id,
    kind=RecordingKind.CALL,
    state=RecordingState.STORED,
    path="2026/11/21/6d0f36f6-4a43-5a2f-8c5f-0d8ed3c4c0aa.wav",
    started_at=CALL.answered,
    seconds=59.0,
    bytes=44 + 59 * 32_000,
    sha256="0" * 64,
    channels=2,
    rate=8000,
    voice_caller_s=1.0,
    voice_ours_s=1.0,
    why="",
    created_at=LATER,
)


def said(
    recording: Recording | None = WHOLE, told: tuple[Gap, ...] = (), *, lies: bool = True
) -> Statement:
    made = Statement()
    made.add(CALL, recording, told, now=LATER, lies=lies)
    return made


def why(made: Statement) -> list[str]:
    return [each.why for each in made.faults]


def test_a_call_that_is_recorded_whole_is_accounted_for() -> None:
    made = said()
    assert (made.answered, made.recordings, made.faults, made.gaps) == (1, 1, [], [])


def test_a_call_that_nobody_answered_is_not_counted() -> None:
    made = Statement()
    made.add(hung_up_while_ringing().record(), None, (), now=LATER, lies=True)
    assert made == Statement()


def test_a_gap_that_is_told_is_listed_and_is_no_fault() -> None:
    short = replace(WHOLE, seconds=40.0)
    told = tuple(gaps(CALL, 40.0))
    made = said(short, told)
    assert (made.gaps, made.faults) == (list(told), [])


def test_seconds_that_are_nowhere_are_a_fault() -> None:
    [told] = why(said(replace(WHOLE, seconds=40.0)))
    assert told.startswith("19.0 s are in no recording")


def test_a_gap_that_is_too_short_for_what_lacks_is_a_fault() -> None:
    told = Gap(call_id=CALL.id, from_at=at(1), to_at=at(3), why="the switch died")
    assert len(why(said(replace(WHOLE, seconds=40.0), (told,)))) == 1


def test_where_the_disk_was_full_its_time_is_what_is_told() -> None:
    told = Gap(call_id=CALL.id, from_at=at(5), to_at=at(9), why=DISK_FULL)
    assert not why(said(replace(WHOLE, seconds=40.0), (told,)))


def test_a_file_that_is_gone_is_a_fault() -> None:
    assert why(said(lies=False)) == ["its file is gone, or has another length"]


def test_a_recording_that_was_removed_on_time_needs_no_file() -> None:
    made = said(replace(WHOLE, state=RecordingState.REMOVED, path=""), lies=False)
    assert (made.removed, made.recordings, made.faults) == (1, 0, [])


def test_a_missing_recording_whose_whole_call_is_a_gap_is_accounted_for() -> None:
    missing = replace(WHOLE, state=RecordingState.MISSING, path="", seconds=0.0, bytes=0)
    made = said(missing, tuple(gaps(CALL, 0.0)), lies=False)
    assert (made.answered, made.recordings, len(made.gaps), made.faults) == (1, 0, 1, [])
    assert why(said(missing, lies=False)), "without its gap it is not"


@pytest.mark.parametrize("other", [None, replace(WHOLE, kind=RecordingKind.MESSAGE)])
def test_a_recording_is_waited_for_a_minute_and_then_it_is_a_fault(other: Recording | None) -> None:
    assert CALL.ended is not None
    made = Statement()
    made.add(CALL, other, (), now=CALL.ended + TAKEN_IN_WITHIN, lies=True)
    assert (made.waiting, made.faults) == (1, [])
    late = CALL.ended + TAKEN_IN_WITHIN + timedelta(seconds=0.1)
    made.add(CALL, other, (), now=late, lies=True)
    assert why(made) == ["its recording was never taken in"]
