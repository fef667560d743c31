"""Duties are about people who work here."""

from db.holdings import Holdings
from features.duties.tables import DutyEventRow, DutyRow

HOLDINGS = Holdings(
    staff=(DutyRow, DutyEventRow),
    plain={DutyRow: ("seat", "kind", "state", "node"), DutyEventRow: ("what",)},
)
