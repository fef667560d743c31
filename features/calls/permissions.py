"""Permissions of calls (SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS, LEADERS, Role
from permissions.scopes import Scope, everything, own, own_department

_CALLS = LEADERS | {
    Role.SENIOR_AGENT,
    Role.RECORDING_CLERK,
    Role.SURVEYOR,
    Role.RECORDS_CLERK,
    Role.INSPECTOR,
    Role.STATISTICIAN,
    Role.SWITCHBOARD,
}

_JUNIOR = own(Role.JUNIOR_AGENT, unless="juniors_open_every_call")
_TALKED = "calls they talked in, and those of the customer whom they serve now"
_NEEDED = "calls of the tickets that the department is to settle, until they are settled"

PERMISSIONS = Permissions(
    verbs={
        "call.read": everything(_CALLS) | _JUNIOR | own_department(Role.DEPARTMENT),
        "call.number": everything(CUSTOMERS) | _JUNIOR,
    },
    routes={
        "GET /api/v1/calls": "call.read",
        "GET /api/v1/calls/{call_id}": "call.read",
        "GET /calls": "call.read",
        "GET /calls/{call_id}": "call.read",
    },
    scopes={
        "call.read": {Scope.OWN: _TALKED, Scope.DEPARTMENT: _NEEDED},
        "call.number": {Scope.OWN: _TALKED},
    },
)
