"""Registers the hand-over log."""

from features.handovers import api, pages, queries
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("floor", "/handover", "handover", 100, queries.count_unsigned),),
    tags={"handovers": "The shift hand-over log (RPT-4)."},
    audited=(
        "handover.list",
        "handover.written",
        "handover.signed",
    ),
)
