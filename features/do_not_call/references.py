"""What other features may ask of the do-not-call list in questions of their own."""

from db.published import published
from features.do_not_call.tables import DoNotCallRow

UNWILLING = published(DoNotCallRow, "identity")
"""A number that no campaign rings."""
