"""Permissions of the evidence of wake-ups: the verb is that of the page (`features/wake_ups`)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    routes={"GET /api/v1/wake-ups/{wake_up_id}/evidence.pdf": "wake_up.evidence"},
)
