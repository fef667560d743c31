"""Says of answered calls whether each second is in a recording or in a gap (ANS-5). Does no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from features.call_recordings.lifecycle import (
    DISK_FULL,
    GAP,
    PLAYABLE,
    Gap,
    Recording,
    RecordingKind,
    RecordingState,
    gaps,
    to_record_from,
)
from features.calls.lifecycle import CallRecord

TAKEN_IN_WITHIN: Final = timedelta(seconds=60)
"""So long after the hang-up a recording is a row, or it is told as missing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the recording of one call, and no gap says so."""

    call_id: str
    why: str


@dataclass
class Statement:
    """So many answered calls, so many recordings, the gaps, and what nobody accounts for."""

    answered: int = 0
    recordings: int = 0
    """Those that can be listened to."""
    removed: int = 0
    """Those that were removed because the house keeps them no longer."""
    waiting: int = 0
    """Calls that ended a moment ago: their recording is still being taken in."""
    pauses: int = 0
    """Of these recordings: silence that was asked for, which is in them as long as it lasted."""
    gaps: list[Gap] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(
        self,
        call: CallRecord,
        recording: Recording | None,
        told: Sequence[Gap],
        *,
        now: datetime,
        lies: bool,
    ) -> None:
        """Count one call. `lies`: its file is where its row says, with as many bytes."""
        if call.answered is None or call.ended is None or to_record_from(call) is None:
            return
        self.answered += 1
        self.gaps += told
        if recording is None or recording.kind is not RecordingKind.CALL:
            self._without(call, now)
            return
        self.recordings += recording.state in PLAYABLE
        self.removed += recording.state is RecordingState.REMOVED
        self.faults += [Fault(call.id, why) for why in _faults(call, recording, told, lies=lies)]

    def _without(self, call: CallRecord, now: datetime) -> None:
        assert call.ended is not None
        if now - call.ended <= TAKEN_IN_WITHIN:
            self.waiting += 1
            return
        self.faults.append(Fault(call.id, "its recording was never taken in"))


def seconds(gap: Gap) -> float:
    """Return how long a gap is."""
    return (gap.to_at - gap.from_at).total_seconds()


def _faults(
    call: CallRecord, recording: Recording, told: Sequence[Gap], *, lies: bool
) -> Iterator[str]:
    if recording.state in PLAYABLE and not lies:
        yield "its file is gone, or has another length"
    if any(gap.why == DISK_FULL for gap in told):
        return  # these are where the disk was full, however much of that was written all the same
    lacking = sum(map(seconds, gaps(call, recording.seconds)))
    if lacking - sum(map(seconds, told)) > GAP.total_seconds():
        yield f"{lacking:.1f} s are in no recording, and no gap says why"
