"""What other features may use of recordings in their own queries."""

from db.published import published
from features.call_recordings.tables import RecordingRow

RECORDING = published(RecordingRow, "id", "call_id", "kind")
"""One recording of a call."""
