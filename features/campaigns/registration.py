"""Registers campaigns."""

from features.campaigns import api, api_export, pages
from features.campaigns.news import CAMPAIGNS
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api_export.router, api.router, pages.router),
    pages=(NavPage("outbound", "/campaigns", "campaigns", 80),),
    tags={"campaigns": "Calls to many: visits, surveys, notices (CBK-3)."},
    change_feeds=(CAMPAIGNS,),
    audited=(
        "campaign.list_read",
        "campaign.results",
        "campaign.visits",
        "campaign.made",
        "campaign.read",
        "campaign.started",
        "campaign.paused",
        "campaign.stopped",
        "campaign.export",
    ),
)
