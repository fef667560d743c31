"""Permissions of callbacks (CBK-1)."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "callback.read": everything(CUSTOMERS),
        "callback.write": everything(CUSTOMERS),
    },
    routes={
        "GET /api/v1/callbacks": "callback.read",
        "POST /api/v1/callbacks": "callback.write",
        "PATCH /api/v1/callbacks/{callback_id}": "callback.write",
        "POST /api/v1/callbacks/{callback_id}/call": "callback.write",
        "GET /callbacks": "callback.read",
        "POST /callbacks": "callback.write",
        "POST /callbacks/{callback_id}/call": "callback.write",
        "POST /callbacks/{callback_id}/completed": "callback.write",
        "POST /callbacks/{callback_id}/cancel": "callback.write",
    },
    looks={
        "GET /api/v1/callbacks": "callback.list",
        "GET /callbacks": "callback.list",
    },
)
