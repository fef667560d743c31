"""Permissions of the trunks."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"trunk.read": everything(LEADERS | {Role.SWITCHBOARD})},
    routes={
        "GET /api/v1/trunks": "trunk.read",
        "GET /trunks": "trunk.read",
    },
)
