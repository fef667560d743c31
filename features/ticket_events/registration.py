"""Registers the feed of events."""

from features.ticket_events import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    tags={"events": "What happens to tickets, customers and callbacks, read on from a cursor."},
    audited=("ticket.events",),
)
