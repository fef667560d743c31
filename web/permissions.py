"""Owns who may use what is no feature of its own: live events, files, figures of the machine."""

from permissions.declaring import Open, Permissions
from permissions.roles import EVERYONE
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "live.read": everything(EVERYONE),
    },
    routes={
        "GET /static/{built}": Open.EVERYWHERE,
        "GET /live": "live.read",
        "POST /live/seen": "live.read",
        "GET /health": Open.LOOPBACK,
        "GET /metrics": Open.LOOPBACK,
        "GET /openapi.json": Open.EVERYWHERE,
    },
)
