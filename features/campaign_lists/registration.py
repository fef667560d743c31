"""Registers campaign lists."""

from features.campaign_lists import api, pages
from web.registration import Feature

FEATURE = Feature(routers=(api.router, pages.router), audited=("campaign.list",))
