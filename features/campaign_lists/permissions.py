"""Permissions of campaign lists: those who make campaigns (CBK-3)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={
        "POST /api/v1/campaign-lists": "campaign.write",
        "GET /api/v1/campaign-lists/{list_id}": "campaign.write",
        "GET /campaigns/new": "campaign.write",
        "POST /campaigns/new": "campaign.write",
        "GET /campaigns/lists/{list_id}": "campaign.write",
        "POST /campaigns/lists/{list_id}": "campaign.write",
    },
)
