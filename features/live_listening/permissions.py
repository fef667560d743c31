"""Permissions of listening to calls while they last, from the work list of inspectors (QA-1)."""

from permissions.declaring import Permissions

PERMISSIONS = Permissions(
    verbs={},
    routes={
        "GET /work/listening": "quality_sample.work",
        "GET /api/v1/quality-offers": "quality_sample.work",
        "POST /api/v1/quality-items/{item_id}/listen": "quality_sample.work",
    },
)
