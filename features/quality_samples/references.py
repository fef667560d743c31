"""What other features may use of the work list in their own queries."""

from db.published import published
from features.quality_samples.tables import QualityItemRow

ITEM = published(
    QualityItemRow, "id", "twin", "turn", "session_id", "state", "inspector", "done_at"
)
"""One thing that is to be scored once: the other turn, its calibration, how it stands."""
