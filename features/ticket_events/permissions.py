"""Permissions of the feed of events: whoever may read every ticket."""

from permissions.declaring import Permissions
from permissions.roles import WRITERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "ticket.events": everything(
            WRITERS | {Role.RECORDS_CLERK, Role.INSPECTOR, Role.STATISTICIAN}
        ),
    },
    routes={"GET /api/v1/events": "ticket.events"},
)
