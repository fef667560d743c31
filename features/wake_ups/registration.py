"""Registers wake-ups and their register."""

from datetime import timedelta

from features.wake_ups import api, api_lists, pages, pages_lists, queries
from permissions.may import roles_with
from web.change_feed import ChangeFeed
from web.registration import Feature, NavPage

_AROUND = timedelta(hours=24)

FEATURE = Feature(
    routers=(
        api_lists.router,
        api.router,
        pages_lists.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/wake-ups", "wake", 60),),
    tags={"wake-ups": "The register of wake-ups, and each of them (WAK-1…5)."},
    change_feeds=(
        ChangeFeed(
            event="wake_ups",
            roles=roles_with("wake_up.read"),
            every=2.0,
            snapshot=lambda connection, now: queries.snapshot(
                connection, now - _AROUND, now + _AROUND
            ),
            told=lambda snapshot: {"alarms": snapshot.alarms},
        ),
    ),
    audited=(
        "wake.registered",
        "wake.cancelled",
        "wake_up.read.refused",
        "wake_up.awake.refused",
        "wake.import",
        "wake.export",
        "wake.pdf",
        "wake.awake",
    ),
)
