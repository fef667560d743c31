"""Registers the outage announcement."""

from features.outage import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    tags={"outage": "The outage announcement in front of the hotline (QUE-6)."},
    audited=(
        "outage.on",
        "outage.off",
    ),
)
