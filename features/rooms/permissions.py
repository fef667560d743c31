"""Permissions of the table of rooms: whoever registers wake-ups reads it."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "room.read": everything(LEADERS | AGENTS | {Role.SWITCHBOARD}),
        "room.write": everything(LEADERS | {Role.SWITCHBOARD}),
    },
    routes={
        "GET /api/v1/rooms": "room.read",
        "GET /api/v1/rooms.csv": "room.read",
        "PUT /api/v1/rooms/{room}": "room.write",
        "DELETE /api/v1/rooms/{room}": "room.write",
        "POST /api/v1/rooms/import": "room.write",
        "GET /rooms": "room.read",
        "POST /rooms": "room.write",
        "POST /rooms/remove": "room.write",
        "POST /rooms/import": "room.write",
        "POST /rooms/import/keep": "room.write",
    },
)
