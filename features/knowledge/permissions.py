"""Permissions of the knowledge base (TKT-15)."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE, LEADERS, WRITERS, Role
from permissions.scopes import everything

_TEACHERS = LEADERS | {Role.SENIOR_AGENT, Role.RECORDS_CLERK}
"""Difficult answers become entries."""

_DECIDERS = LEADERS | {Role.RECORDS_CLERK}
"""Who makes entries of what is proposed (TKT-2, TKT-15)."""

PERMISSIONS = Permissions(
    verbs={
        "knowledge.read": everything(EVERYONE),
        "knowledge.write": everything(_TEACHERS),
        "knowledge.propose": everything(WRITERS | _DECIDERS),
        "knowledge.decide": everything(_DECIDERS),
    },
    routes={
        "GET /api/v1/knowledge": "knowledge.read",
        "GET /api/v1/knowledge/{entry_id}": "knowledge.read",
        "POST /api/v1/knowledge": "knowledge.write",
        "PUT /api/v1/knowledge/{entry_id}": "knowledge.write",
        "GET /api/v1/knowledge/{entry_id}/versions": "knowledge.write",
        "POST /api/v1/knowledge/{entry_id}/put-back": "knowledge.write",
        "POST /api/v1/knowledge/{entry_id}/helped": "knowledge.read",
        "GET /api/v1/knowledge/{entry_id}/files": "knowledge.read",
        "POST /api/v1/knowledge/{entry_id}/files": "knowledge.write",
        "GET /api/v1/knowledge-files/{file_id}": "knowledge.read",
        "DELETE /api/v1/knowledge-files/{file_id}": "knowledge.write",
        "GET /api/v1/knowledge-proposals": "knowledge.propose",
        "POST /api/v1/knowledge-proposals": "knowledge.propose",
        "POST /api/v1/knowledge-proposals/{proposal_id}/accept": "knowledge.decide",
        "POST /api/v1/knowledge-proposals/{proposal_id}/refuse": "knowledge.decide",
        "GET /knowledge": "knowledge.read",
        "GET /knowledge/new": "knowledge.write",
        "POST /knowledge/new": "knowledge.write",
        "GET /knowledge/{entry_id}": "knowledge.read",
        "GET /knowledge/{entry_id}/edit": "knowledge.write",
        "POST /knowledge/{entry_id}/edit": "knowledge.write",
        "GET /knowledge/{entry_id}/history": "knowledge.write",
        "POST /knowledge/{entry_id}/put-back": "knowledge.write",
        "POST /knowledge/{entry_id}/helped": "knowledge.read",
        "POST /knowledge/{entry_id}/files": "knowledge.write",
        "POST /knowledge-files/{file_id}/remove": "knowledge.write",
        "GET /knowledge-proposals": "knowledge.propose",
        "GET /knowledge-proposals/new": "knowledge.propose",
        "POST /knowledge-proposals/new": "knowledge.propose",
        "GET /knowledge-proposals/{proposal_id}": "knowledge.decide",
        "POST /knowledge-proposals/{proposal_id}/accept": "knowledge.decide",
        "POST /knowledge-proposals/{proposal_id}/refuse": "knowledge.decide",
    },
    looks={
        "GET /api/v1/knowledge-proposals": "knowledge.proposals",
        "GET /knowledge-proposals": "knowledge.proposals",
        "GET /knowledge-proposals/new": "knowledge.proposals",
        "GET /knowledge-proposals/{proposal_id}": "knowledge.proposals",
    },
)
