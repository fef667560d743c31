"""Permissions of backups: whoever may start our programs on this machine, and nobody by a page."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
