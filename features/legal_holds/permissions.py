"""Permissions of legal holds: who answers for what is given out and erased puts and lifts them."""

from permissions.declaring import Permissions
from permissions.roles import Role
from permissions.scopes import everything

_ANSWER_FOR_IT = {Role.ADMINISTRATOR, Role.MANAGER}

PERMISSIONS = Permissions(
    verbs={
        "legal_hold.read": everything(_ANSWER_FOR_IT | {Role.RECORDS_CLERK}),
        "legal_hold.put": everything(_ANSWER_FOR_IT),
        "legal_hold.lift": everything(_ANSWER_FOR_IT),
    },
    routes={
        "GET /api/v1/legal-holds": "legal_hold.read",
        "POST /api/v1/legal-holds": "legal_hold.put",
        "POST /api/v1/legal-holds/{hold_id}/lift": "legal_hold.lift",
        "GET /legal-holds": "legal_hold.read",
        "POST /legal-holds": "legal_hold.put",
        "POST /legal-holds/{hold_id}/lift": "legal_hold.lift",
    },
    looks={
        "GET /api/v1/legal-holds": "legal_hold.list",
        "GET /legal-holds": "legal_hold.list",
    },
)
