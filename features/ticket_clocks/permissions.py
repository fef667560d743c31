"""Permissions of tickets' clocks: they are shown with their tickets."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
