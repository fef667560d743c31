"""Comments are about what is heard: only a mention of somebody is taken out of them."""

from db.holdings import Holdings
from features.recording_comments.tables import RecordingCommentRow

HOLDINGS = Holdings(
    staff=(RecordingCommentRow,),
    plain={RecordingCommentRow: ("call_id", "author")},
)
