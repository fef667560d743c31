"""Owns what emergency notifications bring to the desk."""

from features.emergency_notifications import api, pages, queries
from permissions.may import roles_with
from web.changes import News
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/emergency-notifications", "notices", 70),),
    tags={"incidents": "Emergency notifications, and who was told (CBK-5)."},
    news=(
        News(
            event="incidents",
            roles=roles_with("emergency.read"),
            every=1.0,
            pulse=lambda connection, _: queries.pulse(connection),
            told=lambda _: {},
        ),
    ),
    audited=(
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
