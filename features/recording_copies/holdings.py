"""Copies of recordings are the same voices in other places: they go with their recording.

Erased is a copy that the ledger is told to destroy; the row stays as proof (`lifecycle`). An
erasure is not done before nothing is left in any place.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, false, select

from db.holdings import Holding, Holdings, Subject
from features.call_recordings.references import RECORDING
from features.recording_copies.lifecycle import CopyState
from features.recording_copies.tables import RecordingCopyRow

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before everything else that is due."""


def _theirs(who: Subject) -> ColumnElement[bool]:
    if not who.calls:
        return false()
    recordings = select(RECORDING.c.id).where(RECORDING.c.call_id.in_(sorted(who.calls)))
    row = RecordingCopyRow
    return and_(row.recording_id.in_(recordings), row.state != CopyState.GONE.value)


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=RecordingCopyRow,
            theirs=_theirs,
            erased={"state": CopyState.LEAVING.value, "due_at": AT_ONCE},
            shown=("recording_id", "place", "coding", "state", "changed_at"),
        ),
    ),
    machine=(RecordingCopyRow,),
    plain={
        RecordingCopyRow: (
            *("recording_id", "node", "place", "coding", "name", "key"),
            *("sha256", "state", "why"),
        )
    },
)
