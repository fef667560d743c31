"""Registers the evidence of wake-ups."""

from features.wake_up_evidence import api
from web.registration import Feature

FEATURE = Feature(routers=(api.router,), audited=("wake.pdf",))
