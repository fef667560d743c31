"""Permissions of the outage announcement (QUE-6)."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "outage.read": everything(EVERYONE),
        "outage.write": everything({Role.TEAM_LEADER, Role.ADMINISTRATOR}),
    },
    routes={
        "GET /api/v1/outage": "outage.read",
        "PUT /api/v1/outage": "outage.write",
        "DELETE /api/v1/outage": "outage.write",
    },
)
