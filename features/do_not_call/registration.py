"""Registers the do-not-call list."""

from features.do_not_call import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/do-not-call", "do_not_call", 90),),
    audited=(
        "do_not_call.list",
        "do_not_call.added",
        "do_not_call.removed",
    ),
)
