"""Permissions of people's rights: two roles answer for what is given out and erased."""

from permissions.declaring import Permissions
from permissions.roles import Role
from permissions.scopes import everything

_ANSWER_FOR_IT = {Role.ADMINISTRATOR, Role.MANAGER}

PERMISSIONS = Permissions(
    verbs={
        "personal_data.read": everything(_ANSWER_FOR_IT),
        "personal_data.export": everything(_ANSWER_FOR_IT),
        "personal_data.erase": everything(_ANSWER_FOR_IT),
        "consent.write": everything(_ANSWER_FOR_IT),
    },
    routes={
        "POST /api/v1/personal-data/preview": "personal_data.read",
        "POST /api/v1/personal-data/export": "personal_data.export",
        "POST /api/v1/personal-data/erasures": "personal_data.erase",
        "GET /api/v1/personal-data/erasures": "personal_data.read",
        "GET /api/v1/personal-data/destructions": "personal_data.read",
        "GET /api/v1/personal-data/destructions.csv": "personal_data.read",
        "POST /api/v1/personal-data/consents": "consent.write",
        "GET /personal-data": "personal_data.read",
        "POST /personal-data/preview": "personal_data.read",
        "POST /personal-data/export": "personal_data.export",
        "POST /personal-data/erasures": "personal_data.erase",
        "POST /personal-data/consents": "consent.write",
    },
)
