"""Permissions of what comes by letter, fax or visit (TKT-10)."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"ticket.take_in": everything(WRITERS)},
    routes={
        "POST /api/v1/ticket-intakes": "ticket.take_in",
        "GET /api/v1/tickets/{ticket_id}/intake": "mail.read",
        "POST /api/v1/tickets/{ticket_id}/replied": "ticket.write",
        "GET /intake": "ticket.take_in",
        "POST /intake": "ticket.take_in",
        "POST /tickets/{ticket_id}/replied": "ticket.write",
    },
)
