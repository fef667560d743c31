"""Permissions of a ticket's life: none of its own, `table` says who does what."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
