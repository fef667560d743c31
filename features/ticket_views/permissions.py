"""Permissions of views of the ticket list: everybody keeps some, few share them."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, WRITERS, Role
from permissions.scopes import Scope, everything, own

_READERS = WRITERS | {
    *(Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN, Role.DEPARTMENT),
}
_SHARERS = LEADERS | {Role.SENIOR_AGENT, Role.SURVEYOR, Role.RECORDS_CLERK, Role.DEPARTMENT}

PERMISSIONS = Permissions(
    verbs={
        "ticket_view.keep": own(*_READERS),
        "ticket_view.share": own(*_SHARERS),
        "ticket_view.publish": everything(LEADERS),
    },
    routes={
        "GET /api/v1/ticket-views": "ticket_view.keep",
        "POST /api/v1/ticket-views": "ticket_view.keep",
        "PATCH /api/v1/ticket-views/order": "ticket_view.keep",
        "PATCH /api/v1/ticket-views/{view_id}": "ticket_view.keep",
        "DELETE /api/v1/ticket-views/{view_id}": "ticket_view.keep",
        "POST /api/v1/ticket-views/{view_id}/restore": "ticket_view.keep",
        "GET /api/v1/ticket-views/{view_id}/tickets": "ticket.read",
        "GET /ticket-views": "ticket_view.keep",
        "POST /ticket-views": "ticket_view.keep",
        "POST /ticket-views/order": "ticket_view.keep",
        "POST /ticket-views/{view_id}": "ticket_view.keep",
        "POST /ticket-views/{view_id}/remove": "ticket_view.keep",
        "POST /ticket-views/{view_id}/restore": "ticket_view.keep",
    },
    scopes={
        "ticket_view.keep": {
            Scope.OWN: "views that they made; those that are shared with them they use"
        },
        "ticket_view.share": {
            Scope.OWN: "views that they made, with their own role, team or department"
        },
    },
    looks={
        "GET /api/v1/ticket-views": "ticket_view.list",
        "GET /api/v1/ticket-views/{view_id}/tickets": "ticket.list",
        "GET /ticket-views": "ticket_view.list",
    },
)
