"""Registers the timeline of a call."""

from features.call_timeline import api
from web.registration import Feature

FEATURE = Feature(routers=(api.router,), audited=("call.events",))
