"""Permissions of the do-not-call list."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS, LEADERS, Role
from permissions.scopes import everything

_CAMPAIGNS = {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}
"""Who sees what came of campaigns, and so why somebody was not called."""

PERMISSIONS = Permissions(
    verbs={
        "do_not_call.read": everything(CUSTOMERS | _CAMPAIGNS),
        "do_not_call.add": everything(CUSTOMERS),
        "do_not_call.remove": everything(LEADERS),
    },
    routes={
        "GET /api/v1/do-not-call": "do_not_call.read",
        "PUT /api/v1/do-not-call/{number}": "do_not_call.add",
        "DELETE /api/v1/do-not-call/{number}": "do_not_call.remove",
        "GET /do-not-call": "do_not_call.read",
        "POST /do-not-call": "do_not_call.add",
        "POST /do-not-call/remove": "do_not_call.remove",
    },
    looks={
        "GET /api/v1/do-not-call": "do_not_call.list",
        "GET /do-not-call": "do_not_call.list",
    },
)
