"""Registers the forms of inspection."""

from features.quality_forms import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/quality-forms", "quality_forms", 116),),
    tags={"quality": "Inspection: forms, what is drawn, scores, appeals (QA-1, QA-2)."},
    audited=(
        "quality_form.made",
        "quality_form.saved",
        "quality_form.published",
        "quality_form.retired",
    ),
)
