"""What the work list says of customers: nothing but the call, and its business in our words."""

from db.holdings import Holdings
from features.quality_samples.tables import QualityDrawRow, QualityItemRow, QualitySessionRow

HOLDINGS = Holdings(
    staff=(QualityDrawRow, QualitySessionRow, QualityItemRow),
    plain={
        QualityDrawRow: ("seed", "drawn_by", "quotas", "kinds", "digest"),
        QualitySessionRow: ("call_id", "agent", "made_by"),
        QualityItemRow: (
            *("key", "thing", "subject", "call_id", "agent", "reason", "signals", "state"),
            "inspector",
        ),
    },
)
