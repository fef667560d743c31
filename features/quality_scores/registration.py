"""Registers scores, appeals and coaching notes."""

from features.quality_scores import (
    api,
    api_appeals,
    pages,
    pages_appeals,
    pages_results,
)
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        api_appeals.router,
        pages.router,
        pages_results.router,
        pages_appeals.router,
    ),
    pages=(
        NavPage("floor", "/quality-results", "quality_results", 32),
        NavPage("floor", "/quality-appeals", "quality_appeals", 33),
        NavPage("floor", "/quality-notes", "quality_notes", 34),
    ),
    audited=(
        "quality_item.read",
        "quality_item.saved",
        "quality_session.read",
        "quality_score.list",
        "quality_score.read",
        "quality_appeal.list",
        "quality_note.list",
        "quality_score.submitted",
        "quality_score.corrected",
        "quality_score.resealed",
        "quality_score.read.refused",
        "quality_score.write.refused",
        "quality_appeal.made",
        "quality_appeal.decided",
        "quality_note.written",
        "quality_note.seen",
    ),
)
