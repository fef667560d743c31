"""Permissions of tickets (TKT-1, TKT-3)."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS, Role
from permissions.scopes import Scope, everything, own, own_department, own_team

_READERS = WRITERS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}

_JUNIOR = own(Role.JUNIOR_AGENT, unless="juniors_open_every_call")
_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={
        "ticket.read": everything(_READERS) | own_department(Role.DEPARTMENT),
        "ticket.open": (
            everything(WRITERS - {Role.TEXT_CLERK, Role.JUNIOR_AGENT}) | _LEADER | _JUNIOR
        ),
        "ticket.write": everything(WRITERS - {Role.JUNIOR_AGENT}) | _JUNIOR,
        "ticket.act": (
            everything((WRITERS | {Role.RECORDS_CLERK}) - {Role.JUNIOR_AGENT})
            | _JUNIOR
            | own_department(Role.DEPARTMENT)
        ),
    },
    routes={
        "POST /api/v1/calls/{call_id}/ticket": "ticket.open",
        "POST /api/v1/calls/{call_id}/ticket/asked": "ticket.open",
        "GET /api/v1/tickets": "ticket.read",
        "GET /api/v1/tickets/{ticket_id}": "ticket.read",
        "PATCH /api/v1/tickets/{ticket_id}": "ticket.write",
        "GET /api/v1/tickets/{ticket_id}/versions": "ticket.write",
        "POST /api/v1/tickets/{ticket_id}/verbs/{verb}": "ticket.act",
        "GET /api/v1/tickets/{ticket_id}/history": "ticket.read",
        "GET /api/v1/tickets/{ticket_id}/orders": "ticket.read",
        "GET /api/v1/tickets/{ticket_id}/clocks": "ticket.read",
    },
    scopes={
        "ticket.read": {
            Scope.DEPARTMENT: "tickets that have left for the department (TKT-3), settled ones too"
        },
        "ticket.open": {
            Scope.OWN: "of calls they talked in, and those of the customer whom they serve now",
            Scope.TEAM: "of calls that they may read",
        },
        "ticket.write": {
            Scope.OWN: "those they keep, of calls they talked in, and of the customer whom they "
            "serve now"
        },
        "ticket.act": {
            Scope.OWN: "those they keep, of calls they talked in, and of the customer whom they "
            "serve now; the table in [tickets.md](tickets.md) says what each role does",
            Scope.DEPARTMENT: "tickets that have left for the department",
        },
    },
    looks={
        "GET /api/v1/tickets": "ticket.list",
    },
)
