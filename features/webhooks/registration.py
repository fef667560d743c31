"""Registers webhooks."""

from features.webhooks import api, pages, queries
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/webhooks", "webhooks", 134, queries.count_failed),),
    tags={"webhooks": "Addresses to which events are delivered, and what waits for each."},
    audited=("webhook.made", "webhook.decided"),
)
