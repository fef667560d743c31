"""What other features may ask of recordings in questions of their own."""

from db.published import published
from features.call_recordings.tables import RecordingRow

RECORDING = published(RecordingRow, "id", "call_id", "kind")
"""One recording of a call."""
