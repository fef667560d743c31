"""The audit log stays; a mention of somebody is taken out so that its chain still holds."""

from db.holdings import Holdings
from features.audit.tables import AuditHeadRow, AuditRow

HOLDINGS = Holdings(
    mentions={AuditRow: ("subject", "detail", "why")},
    plain={
        AuditRow: ("action", "address", "hash", "salt", "sealed"),
        AuditHeadRow: ("hash",),
    },
)
