"""Registers repeated tickets."""

from features.ticket_repeats import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, pages.router),
    tags={"ticket-repeats": "Tickets that say once more what another says (TKT-13)."},
    audited=("ticket.repeat",),
)
