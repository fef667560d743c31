"""Permissions of links to departments: a link needs no account, to send one does."""

from permissions.declaring import Open, Permissions
from permissions.roles import WRITERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"department_link.send": everything(WRITERS)},
    routes={
        "GET /department-links/{token}": Open.EVERYWHERE,
        "POST /department-links/{token}/verbs/{verb}": Open.EVERYWHERE,
        "POST /api/v1/tickets/{ticket_id}/department-link": "department_link.send",
    },
)
