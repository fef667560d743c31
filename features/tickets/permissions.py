"""Permissions of tickets (TKT-1, TKT-3)."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS, Role
from permissions.scopes import Scope, everything, own, own_department

_READERS = WRITERS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}

_JUNIOR = own(Role.JUNIOR_AGENT, unless="juniors_open_every_call")

PERMISSIONS = Permissions(
    verbs={
        "ticket.read": everything(_READERS) | own_department(Role.DEPARTMENT),
        "ticket.open": (everything(WRITERS - {Role.TEXT_CLERK, Role.JUNIOR_AGENT}) | _JUNIOR),
        "ticket.write": everything(WRITERS),
    },
    routes={
        "POST /api/v1/calls/{call_id}/ticket": "ticket.open",
        "POST /api/v1/calls/{call_id}/ticket/asked": "ticket.open",
        "GET /api/v1/tickets": "ticket.read",
        "GET /api/v1/tickets/{ticket_id}": "ticket.read",
        "PATCH /api/v1/tickets/{ticket_id}": "ticket.write",
        "GET /api/v1/tickets/{ticket_id}/versions": "ticket.write",
    },
    scopes={
        "ticket.read": {
            Scope.DEPARTMENT: "tickets that have left for the department (TKT-3), settled ones too"
        },
        "ticket.open": {
            Scope.OWN: "of calls they talked in, and those of the customer whom they serve now"
        },
    },
)
