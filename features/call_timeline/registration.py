"""What the timeline of a call brings to the desk."""

from features.call_timeline import api
from web.registration import Feature

FEATURE = Feature(routers=(api.router,), audited=("call.events",))
