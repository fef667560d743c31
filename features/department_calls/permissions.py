"""Permissions of calls to departments: what came of them is shown with ticket and department."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
