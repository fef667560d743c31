"""What the calls of campaigns bring to the desk: an agent's talk with a person."""

from features.campaign_calls import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
    audited=("campaign.talk.refused", "campaign.talk", "campaign.written"),
)
