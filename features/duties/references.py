"""What other features may use of duties in their own queries."""

from db.published import published
from features.duties.tables import DutyEventRow, DutyRow

DUTY = published(DutyRow, "id", "account_id", "began_at", "ended_at")
"""One person at work at one seat."""

DUTY_EVENT = published(DutyEventRow, "id", "duty_id", "at", "what")
"""One change of a duty."""
