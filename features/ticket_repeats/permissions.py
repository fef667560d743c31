"""Permissions of repeated tickets; who may write into a ticket links and merges it."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={
        "GET /api/v1/tickets/{ticket_id}/repeats": "ticket.read",
        "POST /api/v1/tickets/{ticket_id}/repeats": "ticket.write",
        "POST /api/v1/tickets/{ticket_id}/repeats/undo": "ticket.write",
        "POST /tickets/{ticket_id}/repeats": "ticket.write",
        "POST /tickets/{ticket_id}/repeats/undo": "ticket.write",
    },
)
