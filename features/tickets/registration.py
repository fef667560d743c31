"""Owns what tickets bring to the desk."""

from features.tickets import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    tags={"tickets": "Tickets: complaints, suggestions, questions, faults."},
    looks=(
        "ticket.read.refused",
        "ticket.open.refused",
        "ticket.read",
        "ticket.versions",
        "ticket.opened",
        "ticket.write",
    ),
)
