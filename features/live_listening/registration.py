"""Registers listening to calls while they last."""

from features.live_listening import api, pages
from web.registration import Feature

FEATURE = Feature(routers=(api.router, pages.router))
