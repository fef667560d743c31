"""Registers pauses of recordings."""

from features.recording_pauses import api, at_desk, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/recording-pauses", "recording_pauses", 66),),
    runs=(at_desk.run,),
    audited=(
        "recording.paused",
        "recording.resumed",
        "recording.pause.refused",
        "recording_pause.list",
    ),
)
