"""Registers campaigns."""

from features.campaigns import api, api_export, api_lists, api_talks, pages, pages_new
from features.campaigns.news import CAMPAIGNS
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api_lists.router,
        api_export.router,
        api.router,
        api_talks.router,
        pages_new.router,
        pages.router,
    ),
    pages=(NavPage("outbound", "/campaigns", "campaigns", 80),),
    tags={"campaigns": "Calls to many: visits, surveys, notices (CBK-3)."},
    change_feeds=(CAMPAIGNS,),
    audited=(
        "campaign.talk.refused",
        "campaign.list",
        "campaign.made",
        "campaign.read",
        "campaign.started",
        "campaign.paused",
        "campaign.talk",
        "campaign.written",
        "campaign.stopped",
        "campaign.export",
    ),
)
