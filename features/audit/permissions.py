"""Permissions of the audit log (SEC-1, QA-5)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "audit.read": everything(LEADERS | {Role.INSPECTOR}),
    },
    routes={
        "GET /api/v1/audit": "audit.read",
        "GET /audit": "audit.read",
    },
)
