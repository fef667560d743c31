"""A recording and its states. Does no I/O.

    spooled ──▶ stored      whole: header, length and SHA-256 agree with the call
            ──▶ repaired    cut by a crash; what could be had is kept and playable
            ──▶ missing     the call was answered and there is no file at all
            ──▶ lost        there was a file, and no audio in it
    stored, repaired ──▶ removed    kept for as long as the house says

A gap between the answered time and the recorded time is a row of its own (ANS-5).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from features.calls.lifecycle import CallRecord, Direction, Disposition

GAP = timedelta(seconds=0.5)
"""Shorter differences are the switch's own: buffers, and the time a hang-up takes."""


SLOW_TO_SEND = timedelta(seconds=1)
"""A phone may send its first sound so long after the lift."""
UNHEARD = timedelta(seconds=5)
"""An agent who is not heard for less than this had a page that was loaded anew, or left at once."""


class RecordingKind(StrEnum):
    CALL = "call"  # both directions of a call, answer to hang-up: left the caller, right our side
    MESSAGE = "message"  # what a caller left for us, one channel


class RecordingState(StrEnum):
    SPOOLED = "spooled"  # on the local spool, not looked at yet
    STORED = "stored"  # in the store, whole
    REPAIRED = "repaired"  # in the store, as much as a crash left
    MISSING = "missing"  # there was never a file
    LOST = "lost"  # there was a file, and nothing could be had of it
    REMOVED = "removed"  # it was in the store for as long as the house keeps recordings


ASKED_WHY = ("inspection", "complaint", "ticket", "training", "other")
"""Why somebody listens: what the player offers to say (QA-5)."""

PLAYABLE = frozenset({RecordingState.STORED, RecordingState.REPAIRED})
"""There is something to listen to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording; audio is signed 16-bit at `rate` Hz in a WAV file, found by `id` only."""

    id: str
    call_id: str
    kind: RecordingKind
    state: RecordingState
    path: str
    """Relative to the store, `2026/11/21/<id>.wav`; empty when nothing was stored."""
    started_at: datetime | None
    seconds: float
    bytes: int
    sha256: str
    channels: int
    rate: int
    voice_caller_s: float | None
    """Seconds in which the caller's side held speech (webrtcvad)."""
    voice_ours_s: float | None
    """The same for what the caller heard; None for a message."""
    why: str
    """One sentence when the state is not `stored`."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part of an answered call that is in no recording (ANS-5)."""

    call_id: str
    from_at: datetime
    to_at: datetime
    why: str


NO_RECORDING: Final = "there is no recording"
NOT_WRITTEN: Final = "sound did not arrive or was not written"
DISK_FULL: Final = "the disk was full"


def to_record_from(call: CallRecord) -> datetime | None:
    """Return from when on a call is to be recorded (ANS-5); None: nobody talked to anybody.

    An agent whose phone was rung first has nobody to talk with until the customer answers.
    """
    if call.direction is Direction.IN:
        return call.answered
    return call.recording_at or call.agent_answered


def gaps(
    call: CallRecord, seconds: float, silent: Sequence[tuple[float, float]] = ()
) -> Sequence[Gap]:
    """Return the parts of an answered call that its recording of `seconds` does not hold (ANS-5).

    A recording holds what came from its start on without a break, so what is short is short at
    the end: a late start, and a lost tail. `silent` is from when to when (s) our side was digital
    silence: an agent who was with the customer then, and not heard before, is not in it.
    """
    if call.answered is None or call.ended is None:
        return ()
    wanted_from = to_record_from(call) or call.answered
    if seconds <= 0:
        return (_gap(call, wanted_from, call.ended, NO_RECORDING),)
    began = max(call.recording_at or call.answered, call.answered)
    found = []
    if began - wanted_from > GAP:
        found.append(_gap(call, wanted_from, began, "the recording began late"))
    recorded_to = began + timedelta(seconds=seconds)
    if call.ended - recorded_to > GAP:
        crashed = call.disposition is Disposition.SWITCH_CRASH
        why = "the switch died" if crashed else NOT_WRITTEN
        found.append(_gap(call, recorded_to, call.ended, why))
    return [*found, *_unheard(call, began, silent)]


def when_full(
    call: CallRecord, found: Sequence[Gap], full: Sequence[tuple[datetime, datetime | None]]
) -> Sequence[Gap]:
    """Return the gaps with those that a full disk made where it was full, from when to when.

    Asterisk goes on writing when there is room again: what is short is then short in the middle.
    """
    assert call.ended is not None
    parts = [
        (max(begin, call.answered or begin), min(end or call.ended, call.ended))
        for begin, end in full
    ]
    parts = [(begin, end) for begin, end in parts if end > begin]
    told: list[Gap] = []
    for gap in found:
        if gap.why == NOT_WRITTEN and parts:
            told += [_gap(call, begin, end, DISK_FULL) for begin, end in parts]
        elif gap.why == NO_RECORDING and parts:
            told.append(_gap(call, gap.from_at, gap.to_at, DISK_FULL))
        else:
            told.append(gap)
    return told


def _unheard(
    call: CallRecord, began: datetime, silent: Sequence[tuple[float, float]]
) -> Iterator[Gap]:
    """Give the talks of agents of whom nothing at all was recorded from the lift on."""
    for talk in call.segments:
        to_at = talk.to_at or call.ended
        for start_s, end_s in silent:
            start, end = began + timedelta(seconds=start_s), began + timedelta(seconds=end_s)
            from_at, until = max(start, talk.from_at), min(end, to_at or end)
            if start <= talk.from_at + SLOW_TO_SEND and until - from_at >= UNHEARD:
                yield _gap(call, from_at, until, f"nothing of {talk.agent or talk.seat} is in it")


def _gap(call: CallRecord, from_at: datetime, to_at: datetime, why: str) -> Gap:
    return Gap(call_id=call.id, from_at=from_at, to_at=to_at, why=why)
