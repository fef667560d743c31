"""Permissions of the hand-over log (RPT-4)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, Role
from permissions.scopes import everything

_SHIFTS = LEADERS | AGENTS | {Role.SWITCHBOARD, Role.FLOOR_ATTENDANT}

PERMISSIONS = Permissions(
    verbs={
        "handover.read": everything(_SHIFTS | {Role.INSPECTOR}),
        "handover.write": everything(_SHIFTS),
    },
    routes={
        "GET /api/v1/handovers": "handover.read",
        "POST /api/v1/handovers": "handover.write",
        "POST /api/v1/handovers/{handover_id}/sign": "handover.write",
        "GET /handover": "handover.read",
        "POST /handover": "handover.write",
        "POST /handover/{handover_id}/sign": "handover.write",
    },
    looks={
        "GET /api/v1/handovers": "handover.list",
        "GET /handover": "handover.list",
    },
)
