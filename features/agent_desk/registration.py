"""Registers the agent's page."""

from features.agent_desk import api, api_colleagues, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        api_colleagues.router,
        pages.router,
    ),
    pages=(NavPage("desk", "/work", "work", 10),),
    audited=(
        "call.handle.refused",
        "call.script",
        "call.transferred",
        "call.conference",
        "call.completed",
        "call.dropped",
        "call.lost",
        "call.held",
    ),
)
