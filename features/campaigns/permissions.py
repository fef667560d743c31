"""Permissions of campaigns: making, results, talking (CBK-3)."""

from permissions.declaring import Permissions
from permissions.roles import AGENTS, LEADERS, SEATED, Role
from permissions.scopes import Scope, everything, own, own_team

_LEADER = own_team(Role.TEAM_LEADER, unless="leaders_see_every_team")

_SURVEYORS = LEADERS | {Role.SURVEYOR}
"""Who makes campaigns of calls, starts and stops them."""

_SEEN_BY = _SURVEYORS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}
"""Who sees what came of them: archives, inspects, counts; numbers are masked for these."""

PERMISSIONS = Permissions(
    verbs={
        "campaign.read": everything(_SEEN_BY),
        "campaign.write": everything(_SURVEYORS),
        "campaign.export": everything(LEADERS),
        "campaign.talk": everything(SEATED - AGENTS) | own(*AGENTS) | _LEADER,
    },
    routes={
        "POST /api/v1/campaign-lists": "campaign.write",
        "GET /api/v1/campaign-lists/{list_id}": "campaign.write",
        "GET /api/v1/campaigns": "campaign.read",
        "POST /api/v1/campaigns": "campaign.write",
        "GET /api/v1/campaigns/{campaign_id}": "campaign.read",
        "POST /api/v1/campaigns/{campaign_id}/start": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/pause": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/stop": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/copy": "campaign.write",
        "GET /api/v1/campaigns/{campaign_id}/results": "campaign.read",
        "GET /api/v1/campaigns/{campaign_id}/export": "campaign.export",
        "GET /api/v1/calls/{call_id}/campaign": "campaign.talk",
        "PUT /api/v1/calls/{call_id}/campaign": "campaign.talk",
        "GET /api/v1/tickets/{ticket_id}/visits": "ticket.read",
        "GET /campaigns": "campaign.read",
        "GET /campaigns/new": "campaign.write",
        "POST /campaigns/new": "campaign.write",
        "GET /campaigns/lists/{list_id}": "campaign.write",
        "POST /campaigns/lists/{list_id}": "campaign.write",
        "GET /campaigns/{campaign_id}": "campaign.read",
        "POST /campaigns/{campaign_id}/start": "campaign.write",
        "POST /campaigns/{campaign_id}/pause": "campaign.write",
        "POST /campaigns/{campaign_id}/stop": "campaign.write",
        "POST /campaigns/{campaign_id}/copy": "campaign.write",
    },
    scopes={
        "campaign.talk": {
            Scope.OWN: "calls at the seat where they work",
            Scope.TEAM: "those, and calls that they may read",
        }
    },
)
