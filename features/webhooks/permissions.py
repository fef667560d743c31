"""Permissions of webhooks: events of every ticket leave the house by them."""

from permissions.declaring import Permissions
from permissions.roles import Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"webhook.manage": everything({Role.ADMINISTRATOR})},
    routes={
        "GET /api/v1/webhooks": "webhook.manage",
        "POST /api/v1/webhooks": "webhook.manage",
        "GET /api/v1/webhooks/{webhook_id}": "webhook.manage",
        "POST /api/v1/webhooks/{webhook_id}": "webhook.manage",
        "GET /webhooks": "webhook.manage",
        "POST /webhooks": "webhook.manage",
        "GET /webhooks/{webhook_id}": "webhook.manage",
        "POST /webhooks/{webhook_id}": "webhook.manage",
    },
)
