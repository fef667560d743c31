"""Registers wake-ups and their register."""

from features.wake_ups import api, pages, queries
from permissions.may import roles_with
from web.change_feed import ChangeFeed
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/wake-ups", "wake", 60, queries.count_alarms),),
    tags={"wake-ups": "The register of wake-ups, and each of them (WAK-1…5)."},
    change_feeds=(
        ChangeFeed(
            event="wake_ups",
            roles=roles_with("wake_up.read"),
            every=2.0,
            snapshot=queries.snapshot_around,
            told=lambda snapshot: {"alarms": snapshot.alarms},
        ),
    ),
    audited=(
        "wake.list",
        "wake.read",
        "wake.registered",
        "wake.cancelled",
        "wake_up.read.refused",
        "wake_up.awake.refused",
        "wake.awake",
    ),
)
