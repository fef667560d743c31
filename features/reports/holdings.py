"""What reports say of customers: nothing but, maybe, in the reason of a correction."""

from db.holdings import Holdings
from features.reports.tables import ReportHeadRow, ReportLetterRow, ReportRow

HOLDINGS = Holdings(
    plain={
        ReportHeadRow: ("hash",),
        ReportRow: ("sort", "period", "made_by", "figures", "sha256", "hash"),
        ReportLetterRow: ("address", "message_id", "state", "said", "node"),
    },
    mentions={ReportRow: ("why",)},
)
