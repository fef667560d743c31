"""Permissions of supervision (QUE-4, QA-1)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "floor.read": everything(LEADERS),
        "agent.lead": everything(LEADERS),
    },
    routes={
        "GET /floor": "floor.read",
        "GET /api/v1/floor": "floor.read",
        "POST /api/v1/agents/{number}/watch": "agent.lead",
        "POST /api/v1/agents/{number}/sign_out": "agent.lead",
        "POST /api/v1/agents/{number}/move": "agent.lead",
    },
)
