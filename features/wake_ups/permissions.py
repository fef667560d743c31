"""Permissions of wake-ups: the register, and attendants (WAK-1, WAK-3)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, Role
from permissions.scopes import Scope, everything, own

_WAKERS = LEADERS | AGENTS | {Role.SWITCHBOARD}
"""Who keeps the register."""

_KNOCKERS = everything(_WAKERS) | own(Role.FLOOR_ATTENDANT)
_TO_KNOCK = {Scope.OWN: "wake-ups to knock for, and those settled by a person's word"}

PERMISSIONS = Permissions(
    verbs={
        "wake_up.read": _KNOCKERS,
        "wake_up.awake": _KNOCKERS,
        "wake_up.evidence": everything(_WAKERS),
        "wake_register.read": everything(_WAKERS),
        "wake_up.register": everything(_WAKERS),
        "wake_up.export": everything(LEADERS | {Role.SWITCHBOARD}),
    },
    routes={
        "GET /api/v1/wake-registrations": "wake_register.read",
        "POST /api/v1/wake-registrations": "wake_up.register",
        "DELETE /api/v1/wake-registrations/{registration_id}": "wake_up.register",
        "GET /api/v1/wake-forecast": "wake_register.read",
        "GET /api/v1/wake-ups": "wake_up.read",
        "GET /api/v1/wake-ups/{wake_up_id}": "wake_up.read",
        "POST /api/v1/wake-ups/{wake_up_id}/awake": "wake_up.awake",
        "GET /wake-ups": "wake_up.read",
        "GET /wake-ups/register.csv": "wake_up.export",
        "POST /wake-ups": "wake_up.register",
        "POST /wake-ups/registrations/{registration_id}/cancel": "wake_up.register",
        "POST /wake-ups/{wake_up_id}/awake": "wake_up.awake",
        "GET /wake-ups/{wake_up_id}": "wake_up.read",
    },
    scopes={"wake_up.read": _TO_KNOCK, "wake_up.awake": _TO_KNOCK},
    looks={
        "GET /api/v1/wake-registrations": "wake.list",
        "GET /api/v1/wake-ups": "wake.list",
        "GET /wake-ups": "wake.list",
        "GET /wake-ups/register.csv": "wake.list",
        "GET /api/v1/wake-ups/{wake_up_id}": "wake.read",
        "GET /wake-ups/{wake_up_id}": "wake.read",
    },
)
