"""Permissions of the audit log (SEC-1, QA-5)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import Scope, everything, own_team

_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={
        "audit.read": everything(LEADERS | {Role.INSPECTOR}) | _LEADER,
    },
    routes={
        "GET /api/v1/audit": "audit.read",
        "GET /audit": "audit.read",
    },
    scopes={"audit.read": {Scope.TEAM: "what the people of the own team did and looked at"}},
    looks={
        "GET /api/v1/audit": "audit.list",
        "GET /audit": "audit.list",
    },
)
