"""Permissions of pauses: agents in their own calls, leaders in their people's (PCI DSS 3.3.1)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, SEATED, Role
from permissions.scopes import Scope, everything, own, own_team

_TEAM = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")
_ONE = "/api/v1/calls/{call_id}/recording-pause"

PERMISSIONS = Permissions(
    verbs={
        "recording.pause": everything(SEATED - AGENTS) | own(*AGENTS) | _TEAM,
        "recording_pause.read": everything(LEADERS | {Role.INSPECTOR}) | _TEAM,
    },
    routes={
        f"POST {_ONE}": "recording.pause",
        f"DELETE {_ONE}": "recording.pause",
        "GET /api/v1/recording-pauses": "recording_pause.read",
        "GET /api/v1/recordings/{recording_id}/pauses": "recording.listen",
        "GET /recording-pauses": "recording_pause.read",
    },
    scopes={
        "recording.pause": {
            Scope.OWN: "calls in which they talk now",
            Scope.TEAM: "calls in which somebody of the own team talks now",
        },
        "recording_pause.read": {
            Scope.TEAM: "calls in which somebody of the own team talked, those in which nobody of "
            "ours did, and those of the customer whom they serve now"
        },
    },
    looks={
        "GET /api/v1/recording-pauses": "recording_pause.list",
        "GET /recording-pauses": "recording_pause.list",
    },
)
