"""Owns who may see calls, and hear what was recorded (QA-5, SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, Role
from permissions.scopes import everything

_CALLS = (
    LEADERS
    | AGENTS
    | {
        Role.RECORDING_CLERK,
        Role.SURVEYOR,
        Role.RECORDS_CLERK,
        Role.INSPECTOR,
        Role.STATISTICIAN,
        Role.SWITCHBOARD,
    }
)

_LISTENERS = LEADERS | {Role.SENIOR_AGENT, Role.RECORDING_CLERK, Role.INSPECTOR}
"""Who may hear a caller: reviews (TKT-3), takes messages down (QUE-5), inspects (QA-1), leads."""

PERMISSIONS = Permissions(
    verbs={
        "call.read": everything(_CALLS),
        "recording.read": everything(_LISTENERS | {Role.RECORDS_CLERK}),
        "recording.listen": everything(_LISTENERS),
    },
    routes={
        "GET /api/v1/calls": "call.read",
        "GET /api/v1/calls/{call_id}": "call.read",
        "GET /api/v1/calls/{call_id}/events": "call.read",
        "POST /api/v1/calls/{call_id}/ticket": "ticket.open",
        "POST /api/v1/calls/{call_id}/ticket/asked": "ticket.open",
        "GET /api/v1/recordings": "recording.read",
        "GET /api/v1/recordings/{recording_id}": "recording.read",
        "GET /api/v1/recordings/{recording_id}/audio": "recording.listen",
        "GET /api/v1/recordings/{recording_id}/peaks": "recording.listen",
        "GET /calls": "call.read",
        "GET /calls/{call_id}": "call.read",
        "GET /recordings/{recording_id}": "recording.read",
    },
)
