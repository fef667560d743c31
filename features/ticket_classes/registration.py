"""Registers what tickets are sorted by."""

from features.ticket_classes import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/ticket-classes", "ticket_classes", 115),),
    audited=("ticket_class.added", "ticket_class.saved"),
)
