"""Registers lists of wake-ups: files that are brought, a day that is taken out."""

from features.wake_up_lists import api, pages
from web.registration import Feature

FEATURE = Feature(routers=(api.router, pages.router), audited=("wake.import", "wake.export"))
