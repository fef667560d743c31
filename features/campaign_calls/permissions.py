"""Permissions of talking with a campaign's contacts (CBK-3)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, SEATED
from permissions.scopes import Scope, everything, own

PERMISSIONS = Permissions(
    verbs={"campaign.talk": everything(SEATED - AGENTS) | own(*AGENTS)},
    routes={
        "GET /api/v1/calls/{call_id}/campaign": "campaign.talk",
        "PUT /api/v1/calls/{call_id}/campaign": "campaign.talk",
    },
    scopes={"campaign.talk": {Scope.OWN: "calls at the seat where they work"}},
)
