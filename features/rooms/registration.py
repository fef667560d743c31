"""Registers the table of rooms."""

from features.rooms import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/rooms", "rooms", 65),),
    audited=(
        "room.saved",
        "room.removed",
        "room.import",
    ),
)
