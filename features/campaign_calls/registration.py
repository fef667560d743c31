"""Registers the calls of campaigns: an agent's talk with a contact."""

from features.campaign_calls import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    audited=("campaign.talk.refused", "campaign.talk", "campaign.written"),
)
