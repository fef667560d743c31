"""Registers the hand-over log."""

from features.handovers import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("floor", "/handover", "handover", 100),),
    tags={"handovers": "The shift hand-over log (RPT-4)."},
    audited=(
        "handover.written",
        "handover.signed",
    ),
)
