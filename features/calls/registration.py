"""Registers calls and recordings."""

from features.calls import api, api_recordings, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        api_recordings.router,
        pages.router,
    ),
    pages=(NavPage("floor", "/calls", "calls", 30),),
    tags={
        "calls": "Calls, and what happened in them (ANS-4).",
        "recordings": "Recordings and their audio (ANS-5, QA-5).",
    },
    audited=(
        "call.read.refused",
        "recording.read.refused",
        "recording.listen.refused",
        "call.read",
        "call.events",
        "recording.audio",
    ),
)
