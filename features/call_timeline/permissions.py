"""Permissions of a call's timeline: those of the call (SEC-1)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={"GET /api/v1/calls/{call_id}/events": "call.read"},
)
