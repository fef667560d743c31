"""Permissions of the pages of tickets; what is done there are verbs of tickets."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, WRITERS, Role
from permissions.scopes import Scope, everything, own_department

PERMISSIONS = Permissions(
    verbs={
        "ticket.mine": everything(WRITERS | {Role.RECORDS_CLERK}),
        "ticket.review": everything(LEADERS | {Role.SENIOR_AGENT}),
        "ticket.watch": everything(LEADERS | {Role.SENIOR_AGENT, Role.STATISTICIAN}),
        "ticket.settle": own_department(Role.DEPARTMENT),
    },
    routes={
        "GET /tickets": "ticket.read",
        "GET /tickets/{ticket_id}": "ticket.read",
        "POST /tickets/{ticket_id}/verbs/{verb}": "ticket.act",
        "POST /tickets/{ticket_id}/department-link": "department_link.send",
        "GET /my-work": "ticket.mine",
        "GET /ticket-reviews": "ticket.review",
        "GET /ticket-clocks": "ticket.watch",
        "GET /department-work": "ticket.settle",
    },
    scopes={
        "ticket.settle": {Scope.DEPARTMENT: "tickets that have left for the department"},
    },
    looks={
        "GET /tickets": "ticket.list",
        "GET /my-work": "ticket.list",
        "GET /ticket-reviews": "ticket.list",
        "GET /ticket-clocks": "ticket.list",
        "GET /department-work": "ticket.list",
    },
)
