"""Permissions of lists of customers (SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import LEADERS, Role
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"customer.import": everything(LEADERS | {Role.TEXT_CLERK})},
    routes={
        "GET /api/v1/customer-imports": "customer.import",
        "POST /api/v1/customer-imports": "customer.import",
        "GET /api/v1/customer-imports/{import_id}": "customer.import",
        "GET /api/v1/customer-imports/{import_id}/wrong-rows": "customer.import",
        "GET /api/v1/customer-imports/{import_id}/wrong-rows.csv": "customer.import",
        "GET /customer-imports": "customer.import",
        "POST /customer-imports": "customer.import",
        "GET /customer-imports/{import_id}": "customer.import",
    },
    looks={
        "GET /api/v1/customer-imports": "customer.imports",
        "GET /api/v1/customer-imports/{import_id}": "customer.imports",
        "GET /customer-imports": "customer.imports",
        "GET /api/v1/customer-imports/{import_id}/wrong-rows": "customer.wrong_rows",
        "GET /customer-imports/{import_id}": "customer.wrong_rows",
    },
)
