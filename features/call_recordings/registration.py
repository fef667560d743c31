"""Registers recordings."""

from features.call_recordings import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, pages.router),
    tags={"recordings": "Recordings and their audio (ANS-5, QA-5)."},
    audited=(
        "recording.list",
        "recording.read",
        "recording.read.refused",
        "recording.listen.refused",
        "recording.download.refused",
        "recording.audio",
        "recording.saved",
        "recording.removed",
    ),
)
