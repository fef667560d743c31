"""Permissions of talking with a campaign's contacts (CBK-3)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, SEATED, Role
from permissions.scopes import Scope, everything, own, own_team

_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

PERMISSIONS = Permissions(
    verbs={"campaign.talk": everything(SEATED - AGENTS) | own(*AGENTS) | _LEADER},
    routes={
        "GET /api/v1/calls/{call_id}/campaign": "campaign.talk",
        "PUT /api/v1/calls/{call_id}/campaign": "campaign.talk",
    },
    scopes={
        "campaign.talk": {
            Scope.OWN: "calls at the seat where they work",
            Scope.TEAM: "those, and calls that they may read",
        }
    },
)
