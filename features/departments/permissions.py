"""Permissions of departments."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, WRITERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "department.read": everything(WRITERS | {Role.RECORDS_CLERK, Role.STATISTICIAN}),
        "department.write": everything(LEADERS),
    },
    routes={
        "GET /api/v1/departments": "department.read",
        "PUT /api/v1/departments/{name}": "department.write",
        "GET /departments": "department.read",
        "POST /departments": "department.write",
    },
)
