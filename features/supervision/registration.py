"""Owns what leading the floor brings to the desk."""

from features.supervision import api, pages
from web.registration import Feature, Place

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    places=(Place("floor", "/floor", "floor", 20),),
    tags={"floor": "Who is at work, and what is done with a call (QUE-4)."},
    looks=(
        "agent.listen",
        "agent.whisper",
        "agent.join",
        "agent.sign_out",
        "agent.move",
        "agent.lead.refused",
    ),
)
