"""Registers the trunks."""

from features.trunks import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/trunks", "trunks", 132),),
    tags={"trunks": "The lines to the outside world, and how each is."},
)
