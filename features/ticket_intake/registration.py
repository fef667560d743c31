"""Registers the intake of letters, faxes and visits."""

from features.ticket_intake import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("tickets", "/intake", "intake", 43),),
    audited=("ticket.taken_in", "ticket.replied"),
)
