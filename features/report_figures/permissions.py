"""Permissions of figures: the traffic, staffing, and each agent's own day (RPT-3)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, Role
from permissions.scopes import Scope, everything, own, own_team

_READERS = frozenset({Role.STATISTICIAN, Role.MANAGER, Role.ADMINISTRATOR})
_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={
        "traffic.read": everything(_READERS),
        "agent_day.read": everything(_READERS) | _LEADER | own(*AGENTS),
    },
    routes={
        "GET /api/v1/traffic": "traffic.read",
        "GET /api/v1/staffing": "traffic.read",
        "GET /api/v1/agent-days": "agent_day.read",
        "GET /traffic": "traffic.read",
        "GET /staffing": "traffic.read",
        "GET /agent-days": "agent_day.read",
    },
    scopes={
        "agent_day.read": {
            Scope.OWN: "their own day",
            Scope.TEAM: "the days of the people of the own team",
        }
    },
)
