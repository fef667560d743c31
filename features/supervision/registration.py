"""Registers supervision."""

from features.supervision import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("floor", "/floor", "floor", 20),),
    tags={"floor": "Who is at work, and what is done with a call (QUE-4)."},
    audited=(
        "agent.listen",
        "agent.whisper",
        "agent.join",
        "agent.sign_out",
    ),
)
