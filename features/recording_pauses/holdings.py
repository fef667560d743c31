"""A pause says nothing of the customer: for what kind of thing, who asked, from when to when."""

from db.holdings import Holdings
from features.recording_pauses.tables import RecordingPauseRow

HOLDINGS = Holdings(
    plain={RecordingPauseRow: ("call_id", "node", "channel", "why", "by", "ended_how", "ended_by")},
)
