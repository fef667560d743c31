"""Permissions of what is done with many tickets at once; each ticket asks for its own verb too."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS, Role
from permissions.scopes import Scope, own

PERMISSIONS = Permissions(
    verbs={"ticket_bulk.do": own(*WRITERS, Role.RECORDS_CLERK)},
    routes={
        "POST /api/v1/ticket-bulks": "ticket_bulk.do",
        "GET /api/v1/ticket-bulks/{bulk_id}": "ticket_bulk.do",
        "POST /api/v1/ticket-bulks/{bulk_id}/go-on": "ticket_bulk.do",
        "GET /ticket-bulks/new": "ticket_bulk.do",
        "POST /ticket-bulks": "ticket_bulk.do",
        "GET /ticket-bulks/{bulk_id}": "ticket_bulk.do",
        "POST /ticket-bulks/{bulk_id}/go-on": "ticket_bulk.do",
    },
    scopes={
        "ticket_bulk.do": {
            Scope.OWN: "what they began, with tickets that they may do it with one by one"
        }
    },
    looks={"GET /ticket-bulks/new": "ticket.list"},
)
