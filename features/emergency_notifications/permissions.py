"""Permissions of emergency notifications (CBK-5)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "emergency.read": everything(LEADERS),
        "emergency.write": everything(LEADERS),
        "emergency.export": everything(LEADERS),
    },
    routes={
        "GET /api/v1/incidents": "emergency.read",
        "POST /api/v1/incidents": "emergency.write",
        "GET /api/v1/incidents/{incident_id}": "emergency.read",
        "PUT /api/v1/incidents/{incident_id}/message": "emergency.write",
        "POST /api/v1/incidents/{incident_id}/customers": "emergency.write",
        "POST /api/v1/incidents/{incident_id}/list": "emergency.write",
        "DELETE /api/v1/incidents/{incident_id}/households": "emergency.write",
        "POST /api/v1/incidents/{incident_id}/start": "emergency.write",
        "POST /api/v1/incidents/{incident_id}/stop": "emergency.write",
        "GET /api/v1/incidents/{incident_id}/households": "emergency.read",
        "POST /api/v1/incidents/{incident_id}/households/{household_id}/door": "emergency.write",
        "GET /emergency-notifications": "emergency.read",
        "POST /emergency-notifications": "emergency.write",
        "GET /emergency-notifications/{incident_id}": "emergency.read",
        "POST /emergency-notifications/{incident_id}/message": "emergency.write",
        "POST /emergency-notifications/{incident_id}/recording": "emergency.write",
        "GET /emergency-notifications/{incident_id}/message.wav": "emergency.read",
        "POST /emergency-notifications/{incident_id}/customers": "emergency.write",
        "POST /emergency-notifications/{incident_id}/list": "emergency.write",
        "POST /emergency-notifications/{incident_id}/clear": "emergency.write",
        "POST /emergency-notifications/{incident_id}/start": "emergency.write",
        "POST /emergency-notifications/{incident_id}/stop": "emergency.write",
        "GET /emergency-notifications/{incident_id}/door": "emergency.read",
        "POST /emergency-notifications/{incident_id}/households/{household_id}/door": (
            "emergency.write"
        ),
        "GET /emergency-notifications/{incident_id}/results.csv": "emergency.export",
    },
    looks={
        "GET /api/v1/incidents": "emergency.list",
        "GET /emergency-notifications": "emergency.list",
        "GET /api/v1/incidents/{incident_id}": "emergency.read",
    },
)
