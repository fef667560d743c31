"""Permissions of working at a seat (QUE-4)."""

from permissions.declaring import Permissions
from permissions.roles import AT_A_PHONE
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "duty.own": everything(AT_A_PHONE),
    },
    routes={
        "POST /api/v1/duty": "duty.own",
        "GET /api/v1/duty": "duty.own",
        "DELETE /api/v1/duty": "duty.own",
        "POST /api/v1/duty/move": "duty.own",
        "PUT /api/v1/duty/state": "duty.own",
        "POST /api/v1/duty/present": "duty.own",
    },
)
