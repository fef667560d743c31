"""Owns who may see tickets, and type into them (TKT-1, TKT-3)."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS, Role
from permissions.scopes import everything

_READERS = WRITERS | {
    Role.RECORDS_CLERK,
    Role.INSPECTOR,
    Role.STATISTICIAN,
    Role.DEPARTMENT,
}

PERMISSIONS = Permissions(
    verbs={
        "ticket.read": everything(_READERS),
        "ticket.open": everything(WRITERS - {Role.TEXT_CLERK}),
        "ticket.write": everything(WRITERS),
    },
    routes={
        "GET /api/v1/tickets": "ticket.read",
        "GET /api/v1/tickets/{ticket_id}": "ticket.read",
        "PATCH /api/v1/tickets/{ticket_id}": "ticket.write",
        "GET /api/v1/tickets/{ticket_id}/versions": "ticket.write",
    },
)
