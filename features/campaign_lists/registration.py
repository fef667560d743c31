"""What lists of people, and the way from one to a campaign, bring to the desk."""

from features.campaign_lists import api, pages
from web.registration import Feature

FEATURE = Feature(routers=(api.router, pages.router), audited=("campaign.list",))
