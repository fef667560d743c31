"""Permissions of what belongs to no feature: live events, files, monitoring."""

from permissions.declaring import Open, Permissions
from permissions.roles import EVERYONE, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "live.read": everything(EVERYONE),
        "home.read": everything(EVERYONE),
        "components.read": everything(frozenset({Role.ADMINISTRATOR})),
    },
    routes={
        "GET /static/{built}": Open.EVERYWHERE,
        "GET /live": "live.read",
        "POST /live/seen": "live.read",
        "GET /home": "home.read",
        "GET /api/v1/due": "home.read",
        "GET /components": "components.read",
        "GET /health": Open.LOOPBACK,
        "GET /metrics": Open.LOOPBACK,
        "GET /openapi.json": Open.EVERYWHERE,
    },
)
