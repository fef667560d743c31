"""What other features may use of the do-not-call list in their own queries."""

from db.published import published
from features.do_not_call.tables import DoNotCallRow

UNWILLING = published(DoNotCallRow, "identity")
"""A number that no campaign rings."""
