"""Owns who works at a seat with a page of calls (QUE-4)."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE, SEATED, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "page.first": everything(EVERYONE),
        "desk.open": everything(SEATED | {Role.SWITCHBOARD}),
        "colleague.read": everything(SEATED),
        "call.handle": everything(SEATED),
    },
    routes={
        "GET /": "page.first",
        "GET /work": "desk.open",
        "GET /api/v1/colleagues": "colleague.read",
        "POST /api/v1/calls/{call_id}/script": "call.handle",
        "POST /api/v1/calls/{call_id}/transfer": "call.handle",
        "POST /api/v1/calls/{call_id}/conference": "call.handle",
        "POST /api/v1/calls/{call_id}/hold": "call.handle",
        "POST /api/v1/calls/{call_id}/complete": "call.handle",
        "POST /api/v1/calls/{call_id}/drop": "call.handle",
        "POST /api/v1/calls/{call_id}/lost": "call.handle",
    },
)
