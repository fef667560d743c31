"""What recordings say of callers: their voices."""

from db.holdings import Holding, Holdings, of_calls
from features.call_recordings import by_agent
from features.call_recordings.lifecycle import PLAYABLE, RecordingState
from features.call_recordings.tables import (
    GapRow,
    RecordingAgentRow,
    RecordingDayRow,
    RecordingRow,
)

HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=RecordingRow,
            theirs=of_calls(RecordingRow.call_id),
            erased={"state": RecordingState.REMOVED.value, "path": "", "why": "erased"},
            over=RecordingRow.state.in_(sorted(state.value for state in PLAYABLE)),
            sound="path",
            shown=("id", "call_id", "kind", "state", "started_at", "seconds", "sha256"),
        ),
    ),
    remade={RecordingRow: by_agent.keep_states},
    machine=(RecordingRow, GapRow),
    mentions={GapRow: ("why",)},
    plain={
        RecordingRow: ("id", "call_id", "kind", "state", "path", "sha256"),
        GapRow: ("call_id",),
        RecordingAgentRow: ("recording_id", "agent", "kind", "disposition", "state"),
        RecordingDayRow: ("sha256", "hash"),
    },
)
