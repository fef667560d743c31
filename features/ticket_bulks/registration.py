"""Registers what is done with many tickets at once."""

from features.ticket_bulks import api, pages
from web.registration import Feature

FEATURE = Feature(routers=(api.router, pages.router), audited=("ticket_bulk.begun",))
