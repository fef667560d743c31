"""Permissions of what tickets are sorted by (TKT-1): everybody reads, few change."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE, LEADERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "ticket_class.read": everything(EVERYONE),
        "ticket_class.write": everything(LEADERS | {Role.RECORDS_CLERK}),
    },
    routes={
        "GET /api/v1/ticket-classes": "ticket_class.read",
        "POST /api/v1/ticket-classes": "ticket_class.write",
        "PUT /api/v1/ticket-classes/{class_id}": "ticket_class.write",
        "GET /api/v1/ticket-classes/{class_id}/versions": "ticket_class.read",
        "GET /ticket-classes": "ticket_class.write",
        "POST /ticket-classes": "ticket_class.write",
        "GET /ticket-classes/{class_id}": "ticket_class.write",
        "POST /ticket-classes/{class_id}": "ticket_class.write",
    },
)
