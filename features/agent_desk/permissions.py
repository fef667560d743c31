"""Permissions of the agent's page (QUE-4)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, EVERYONE, SEATED, Role
from permissions.scopes import Scope, everything, own

PERMISSIONS = Permissions(
    verbs={
        "page.first": everything(EVERYONE),
        "desk.open": everything(SEATED | {Role.SWITCHBOARD}),
        "colleague.read": everything(SEATED),
        "call.handle": everything(SEATED - AGENTS) | own(*AGENTS),
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
    scopes={"call.handle": {Scope.OWN: "calls in which they talk now"}},
)
