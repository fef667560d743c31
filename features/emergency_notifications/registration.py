"""Registers emergency notifications."""

from features.emergency_notifications import api, pages, queries
from permissions.may import roles_with
from web.change_feed import ChangeFeed
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/emergency-notifications", "notices", 70, queries.count_running),),
    tags={"incidents": "Emergency notifications, and who was told (CBK-5)."},
    change_feeds=(
        ChangeFeed(
            event="incidents",
            roles=roles_with("emergency.read"),
            every=1.0,
            snapshot=lambda connection, _: queries.snapshot(connection),
            told=lambda _: {},
        ),
    ),
    audited=(
        "emergency.list",
        "emergency.reported",
        "emergency.message",
        "emergency.chosen",
        "emergency.cleared",
        "emergency.door",
        "emergency.read",
        "emergency.export",
        "emergency.start",
        "emergency.stop",
    ),
)
