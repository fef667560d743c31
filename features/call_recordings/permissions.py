"""Permissions of recordings (QA-5, SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import Scope, everything, own, own_department, own_team

_JUNIOR = own(Role.JUNIOR_AGENT, unless="juniors_open_every_call")
_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
_TALKED = "calls they talked in, and those of the customer whom they serve now"
_TEAM = (
    "calls in which somebody of the own team talked, those in which nobody of ours did, and those "
    "of the customer whom they serve now"
)
_NEEDED = "calls of the tickets that the department is to settle, until they are settled"

_LISTENERS = LEADERS | {Role.SENIOR_AGENT, Role.RECORDING_CLERK, Role.INSPECTOR}
"""Who may hear any caller: reviews (TKT-3), takes messages down (QUE-5), inspects (QA-1), leads."""
_TAKERS = LEADERS | {Role.RECORDING_CLERK, Role.INSPECTOR}
"""Whose work needs the file itself: evidence of a complaint, an inspection, a court (SEC-2)."""

PERMISSIONS = Permissions(
    verbs={
        "recording.read": (
            everything(_LISTENERS | {Role.RECORDS_CLERK})
            | _LEADER
            | _JUNIOR
            | own_department(Role.DEPARTMENT)
        ),
        "recording.listen": (
            everything(_LISTENERS) | _LEADER | _JUNIOR | own_department(Role.DEPARTMENT)
        ),
        "recording.download": everything(_TAKERS) | _LEADER,
    },
    routes={
        "GET /api/v1/recordings": "recording.read",
        "GET /api/v1/recordings/{recording_id}": "recording.read",
        "GET /api/v1/recordings/{recording_id}/audio": "recording.listen",
        "GET /api/v1/recordings/{recording_id}/peaks": "recording.listen",
        "GET /recordings/{recording_id}": "recording.read",
    },
    scopes={
        "recording.read": {Scope.OWN: _TALKED, Scope.TEAM: _TEAM, Scope.DEPARTMENT: _NEEDED},
        "recording.download": {Scope.TEAM: _TEAM},
        "recording.listen": {Scope.OWN: _TALKED, Scope.TEAM: _TEAM, Scope.DEPARTMENT: _NEEDED},
    },
    looks={
        "GET /api/v1/recordings": "recording.list",
        "GET /api/v1/recordings/{recording_id}": "recording.read",
    },
)
