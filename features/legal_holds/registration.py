"""Registers legal holds."""

from features.legal_holds import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/legal-holds", "legal_holds", 119),),
    tags={"legal holds": "What is kept whatever its time: put and lifted by a person."},
    audited=("legal_hold.list", "legal_hold.put", "legal_hold.lifted"),
)
