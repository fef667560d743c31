"""Registers tickets."""

from features.tickets import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    tags={"tickets": "Tickets: complaints, suggestions, questions, faults."},
    audited=(
        "ticket.read.refused",
        "ticket.open.refused",
        "ticket.read",
        "ticket.versions",
        "ticket.opened",
        "ticket.write",
    ),
)
