"""Owns what calls bring to the desk."""

from features.calls import api, pages
from web.registration import Feature, Place

FEATURE = Feature(
    routers=(api.router, pages.router),
    places=(Place("floor", "/calls", "calls", 30),),
    tags={"calls": "Calls, and what happened in them (ANS-4)."},
    looks=("call.read.refused", "call.read"),
)
