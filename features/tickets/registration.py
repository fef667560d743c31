"""Registers tickets."""

from features.tickets import api, api_of_call
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, api_of_call.router),
    tags={"tickets": "Tickets: complaints, suggestions, questions, faults."},
    audited=(
        "ticket.list",
        "ticket.write.refused",
        "ticket.read.refused",
        "ticket.open.refused",
        "ticket.read",
        "ticket.versions",
        "ticket.opened",
        "ticket.write",
        "ticket.act",
        "ticket.act.refused",
        "ticket.history",
        "ticket.orders",
        "ticket.clocks",
    ),
)
