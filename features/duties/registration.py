"""Registers duties."""

from features.duties import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    audited=("duty.began", "duty.ended", "duty.moved", "duty.state"),
)
