"""Registers the knowledge base."""

from features.knowledge import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("desk", "/knowledge", "knowledge", 110),),
    tags={"knowledge": "Answers that agents find during a call (TKT-15)."},
    audited=(
        "knowledge.added",
        "knowledge.saved",
    ),
)
