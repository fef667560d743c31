"""Converts rows of recordings to values and back. Does no I/O."""

from typing import Any

from sqlalchemy import RowMapping

from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState


def of_recording(recording: Recording) -> dict[str, Any]:
    """Return the columns of a recording."""
    return {name: getattr(recording, name) for name in Recording.__slots__}


def recording_in(row: RowMapping) -> Recording:
    """Return the recording that a row of `recordings` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Recording.__slots__}
    columns["kind"] = RecordingKind(row["kind"])
    columns["state"] = RecordingState(row["state"])
    return Recording(**columns)


def of_gap(gap: Gap) -> dict[str, Any]:
    """Return the columns of a gap."""
    return {name: getattr(gap, name) for name in Gap.__slots__}


def gap_in(row: RowMapping) -> Gap:
    """Return the gap that a row of `recording_gaps` holds."""
    return Gap(**{name: row[name] for name in Gap.__slots__})
