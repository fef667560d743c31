"""Permissions of requests' keys: none; a request may be sent again by who sent it."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
