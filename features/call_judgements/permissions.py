"""Permissions of judgements (QA-2, QA-3): inspectors see all, leaders their team, agents theirs."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, Role
from permissions.scopes import Scope, everything, own, own_team

_OF_ALL = {Role.INSPECTOR, Role.STATISTICIAN, Role.MANAGER, Role.ADMINISTRATOR}
_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={"judgement.read": everything(_OF_ALL) | _LEADER | own(*AGENTS)},
    routes={
        "GET /api/v1/judgements": "judgement.read",
        "GET /api/v1/calls/{call_id}/judgements": "judgement.read",
        "GET /api/v1/recordings/{recording_id}/analysis": "recording.listen",
        "GET /judgements": "judgement.read",
    },
    scopes={
        "judgement.read": {
            Scope.OWN: "what is about them, and about nobody, in calls that they talked in",
            Scope.TEAM: "calls in which somebody of the own team talked, and those in which "
            "nobody of ours did",
        }
    },
    looks={
        "GET /api/v1/judgements": "judgement.list",
        "GET /api/v1/calls/{call_id}/judgements": "judgement.read",
        "GET /judgements": "judgement.list",
    },
)
