"""Registers the knowledge base."""

from features.knowledge import api, api_files, pages, pages_more, pages_proposals, proposals
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        api_files.router,
        pages.router,
        pages_more.router,
        pages_proposals.router,
    ),
    pages=(
        NavPage("desk", "/knowledge", "knowledge", 110),
        NavPage("desk", "/knowledge-proposals", "knowledge_proposals", 111, proposals.count_open),
    ),
    tags={"knowledge": "Answers that agents find during a call (TKT-15)."},
    audited=(
        "knowledge.added",
        "knowledge.saved",
        "knowledge.helped",
        "knowledge.file_added",
        "knowledge.file_removed",
        "knowledge.proposed",
        "knowledge.proposals",
        "knowledge.accepted",
        "knowledge.refused",
    ),
)
