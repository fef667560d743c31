"""Permissions of the feed's own rows: none, `ticket_events` says who reads it."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
