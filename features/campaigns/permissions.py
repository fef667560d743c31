"""Permissions of campaigns: making them, seeing the results (CBK-3)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import everything

_SURVEYORS = LEADERS | {Role.SURVEYOR}
"""Who makes campaigns of calls, starts and stops them."""

_SEEN_BY = _SURVEYORS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}
"""Who sees what came of them: archives, inspects, counts; numbers are masked for these."""

PERMISSIONS = Permissions(
    verbs={
        "campaign.read": everything(_SEEN_BY),
        "campaign.write": everything(_SURVEYORS),
        "campaign.export": everything(LEADERS),
    },
    routes={
        "GET /api/v1/campaigns": "campaign.read",
        "POST /api/v1/campaigns": "campaign.write",
        "GET /api/v1/campaigns/{campaign_id}": "campaign.read",
        "POST /api/v1/campaigns/{campaign_id}/start": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/pause": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/stop": "campaign.write",
        "POST /api/v1/campaigns/{campaign_id}/copy": "campaign.write",
        "GET /api/v1/campaigns/{campaign_id}/results": "campaign.read",
        "GET /api/v1/campaigns/{campaign_id}/export": "campaign.export",
        "GET /api/v1/tickets/{ticket_id}/visits": "ticket.read",
        "GET /campaigns": "campaign.read",
        "GET /campaigns/{campaign_id}": "campaign.read",
        "POST /campaigns/{campaign_id}/start": "campaign.write",
        "POST /campaigns/{campaign_id}/pause": "campaign.write",
        "POST /campaigns/{campaign_id}/stop": "campaign.write",
        "POST /campaigns/{campaign_id}/copy": "campaign.write",
    },
    looks={
        "GET /api/v1/campaigns": "campaign.list_read",
        "GET /campaigns": "campaign.list_read",
        "GET /api/v1/campaigns/{campaign_id}": "campaign.read",
        "GET /api/v1/campaigns/{campaign_id}/results": "campaign.results",
        "GET /api/v1/tickets/{ticket_id}/visits": "campaign.visits",
    },
)
