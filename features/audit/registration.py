"""Registers the audit log's routes, pages and audited actions."""

from features.audit import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("settings", "/audit", "audit", 120),),
    tags={"audit": "Who looked at what, and why (SEC-1, QA-5)."},
    audited=("audit.list",),
)
