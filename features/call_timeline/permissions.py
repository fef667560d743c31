"""Who may see what happened in a call: whoever may see the call (SEC-1)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={"GET /api/v1/calls/{call_id}/events": "call.read"},
)
