"""Permissions of the knowledge base (TKT-15)."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE, LEADERS, Role
from permissions.scopes import everything

_TEACHERS = LEADERS | {Role.SENIOR_AGENT, Role.RECORDS_CLERK}
"""Difficult answers become entries."""

PERMISSIONS = Permissions(
    verbs={
        "knowledge.read": everything(EVERYONE),
        "knowledge.write": everything(_TEACHERS),
    },
    routes={
        "GET /api/v1/knowledge": "knowledge.read",
        "GET /api/v1/knowledge/{entry_id}": "knowledge.read",
        "POST /api/v1/knowledge": "knowledge.write",
        "PUT /api/v1/knowledge/{entry_id}": "knowledge.write",
        "GET /knowledge": "knowledge.read",
        "GET /knowledge/new": "knowledge.write",
        "POST /knowledge/new": "knowledge.write",
        "GET /knowledge/{entry_id}": "knowledge.read",
        "GET /knowledge/{entry_id}/edit": "knowledge.write",
        "POST /knowledge/{entry_id}/edit": "knowledge.write",
    },
)
