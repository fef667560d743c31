"""Owns what campaigns bring to the desk."""

from features.campaigns import api, api_export, pages
from features.campaigns.news import CAMPAIGNS
from web.registration import Feature, Place

FEATURE = Feature(
    routers=(api_export.router, api.router, pages.router),
    places=(Place("outbound", "/campaigns", "campaigns", 80),),
    tags={"campaigns": "Calls to many: visits, surveys, notices (CBK-3)."},
    news=(CAMPAIGNS,),
    looks=(
        "campaign.made",
        "campaign.read",
        "campaign.started",
        "campaign.paused",
        "campaign.stopped",
        "campaign.export",
    ),
)
