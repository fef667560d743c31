"""Permissions of the copies of recordings: none; who may hear a recording hears its copies."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions()
