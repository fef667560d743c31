"""Permissions of calls (SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS, LEADERS, Role
from permissions.scopes import Scope, everything, own, own_department, own_team

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
_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
_TALKED = "calls they talked in, and those of the customer whom they serve now"
_TEAM = (
    "calls in which somebody of the own team talked, those in which nobody of ours did, and those "
    "of the customer whom they serve now"
)
_NEEDED = "calls of the tickets that the department is to settle, until they are settled"

PERMISSIONS = Permissions(
    verbs={
        "call.read": everything(_CALLS) | _LEADER | _JUNIOR | own_department(Role.DEPARTMENT),
        "call.number": everything(CUSTOMERS) | _LEADER | _JUNIOR,
    },
    routes={
        "GET /api/v1/calls": "call.read",
        "GET /api/v1/calls/{call_id}": "call.read",
        "GET /calls": "call.read",
        "GET /calls/{call_id}": "call.read",
    },
    scopes={
        "call.read": {Scope.OWN: _TALKED, Scope.TEAM: _TEAM, Scope.DEPARTMENT: _NEEDED},
        "call.number": {Scope.OWN: _TALKED, Scope.TEAM: _TEAM},
    },
    looks={
        "GET /api/v1/calls": "call.list",
        "GET /calls": "call.list",
    },
)
