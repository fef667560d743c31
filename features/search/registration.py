"""Registers the search box."""

from features.search import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, pages.router),
    tags={"search": "What somebody means who types a few characters."},
    audited=("search.asked",),
)
