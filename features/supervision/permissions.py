"""Permissions of supervision (QUE-4, QA-1)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import Scope, everything, own_team

_TEAM = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={
        "floor.read": everything(LEADERS) | _TEAM,
        "agent.lead": everything(LEADERS) | _TEAM,
    },
    routes={
        "GET /floor": "floor.read",
        "GET /api/v1/floor": "floor.read",
        "POST /api/v1/agents/{number}/watch": "agent.lead",
        "POST /api/v1/agents/{number}/sign_out": "agent.lead",
        "POST /api/v1/agents/{number}/move": "agent.lead",
    },
    scopes={
        "floor.read": {Scope.TEAM: "agents of the own team; how many wait is the house's"},
        "agent.lead": {Scope.TEAM: "agents of the own team"},
    },
)
