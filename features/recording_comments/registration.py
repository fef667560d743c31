"""Registers comments at moments of recordings."""

from features.recording_comments import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/recording-comments", "recording_comments", 64),),
    audited=(
        "recording_comment.list",
        "recording_comment.added",
        "recording_comment.saved",
        "recording_comment.removed",
        "recording_comment.restored",
        "recording_comment.read.refused",
        "recording_comment.write.refused",
    ),
)
