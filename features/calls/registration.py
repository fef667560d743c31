"""Registers calls."""

from features.calls import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/calls", "calls", 30),),
    tags={"calls": "Calls, and what happened in them (ANS-4)."},
    audited=("call.list", "call.read.refused", "call.read"),
)
