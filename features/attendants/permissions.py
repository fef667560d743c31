"""Permissions of calls to attendants: what came of them is shown with each wake-up."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
