"""What judgements say of callers: nothing that is not the call's own."""

from db.holdings import Holdings
from features.call_judgements.tables import CallJudgementRow, CallReviewRow, RecordingAnalysisRow

HOLDINGS = Holdings(
    plain={
        CallReviewRow: ("call_id", "why"),
        RecordingAnalysisRow: ("recording_id", "sides"),
        CallJudgementRow: ("call_id", "measure", "agent", "outcome", "why"),
    }
)
