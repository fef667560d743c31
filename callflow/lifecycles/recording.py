"""Owns what a recording is and the states it may be in. Does no I/O.

    spooled ──▶ stored      whole: header, length and SHA-256 agree with the call
            ──▶ repaired    cut by a crash; what could be had is kept and playable
            ──▶ missing     the call was answered and there is no file at all
            ──▶ lost        a file without any audio, or one that vanished from the store
    stored, repaired ──▶ lost

A gap between the answered time and the recorded time is a row of its own (ANS-5).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecordingKind(StrEnum):
    CALL = "call"  # both directions of a call, answer to hang-up: left the caller, right our side
    MESSAGE = "message"  # what a caller left for us, one channel


class RecordingState(StrEnum):
    SPOOLED = "spooled"  # on the local spool, not looked at yet
    STORED = "stored"  # in the store, whole
    REPAIRED = "repaired"  # in the store, as much as a crash left
    MISSING = "missing"  # there was never a file
    LOST = "lost"  # nothing could be had of the file, or it is gone


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
