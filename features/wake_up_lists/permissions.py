"""Permissions of lists of wake-ups: those who keep the register (WAK-1)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={
        "POST /api/v1/wake-registrations/import": "wake_up.register",
        "GET /api/v1/wake-register.csv": "wake_up.export",
        "POST /wake-ups/import": "wake_up.register",
        "POST /wake-ups/import/keep": "wake_up.register",
    },
)
