"""Registers callbacks."""

from features.callbacks import api, due, pages
from permissions.may import roles_with
from web.change_feed import ChangeFeed
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("customers", "/callbacks", "callbacks", 50, due.count_alarms),),
    tags={"callbacks": "Calls back that were promised (CBK-1, SIL-4)."},
    change_feeds=(
        ChangeFeed(
            event="callbacks",
            roles=roles_with("callback.read"),
            every=2.0,
            snapshot=due.snapshot,
            told=lambda snapshot: {"alarms": snapshot.alarms},
        ),
    ),
    audited=(
        "callback.list",
        "callback.made",
        "callback.now",
        "callback.completed",
        "callback.cancelled",
    ),
)
