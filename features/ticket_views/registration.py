"""Registers views of the ticket list."""

from features.ticket_views import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, pages.router),
    audited=(
        "ticket_view.list",
        "ticket_view.added",
        "ticket_view.saved",
        "ticket_view.removed",
        "ticket_view.restored",
        "ticket_view.ordered",
    ),
)
