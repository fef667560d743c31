"""Registers the feed: its routes are those of `ticket_events`, its deliveries those of webhooks."""

from web.registration import Feature

FEATURE = Feature()
