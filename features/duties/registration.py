"""Owns what duties, who is at work where, bring to the desk."""

from features.duties import api
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router,),
)
