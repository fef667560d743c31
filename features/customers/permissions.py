"""Permissions of customers (SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS, LEADERS, WRITERS, Role
from permissions.scopes import everything

_MERGERS = LEADERS | {Role.SENIOR_AGENT, Role.TEXT_CLERK}
"""Who may say that two customers are one."""

PERMISSIONS = Permissions(
    verbs={
        "customer.read": everything(CUSTOMERS),
        "customer.write": everything(WRITERS),
        "customer.merge": everything(_MERGERS),
    },
    routes={
        "GET /api/v1/customers": "customer.read",
        "GET /api/v1/customers/{number}": "customer.read",
        "GET /api/v1/customers/{number}/versions": "customer.read",
        "PUT /api/v1/customers/{number}": "customer.write",
        "GET /api/v1/customer-duplicates": "customer.merge",
        "POST /api/v1/customers/{number}/merge": "customer.merge",
        "POST /api/v1/customer-merges/{merge_id}/undo": "customer.merge",
        "GET /customers": "customer.read",
        "GET /customer-duplicates": "customer.merge",
        "GET /customers/{number}": "customer.read",
        "GET /customers/{number}/history": "customer.read",
        "GET /customers/{number}/merge": "customer.merge",
        "POST /customers/{number}": "customer.write",
        "POST /customers/{number}/merge": "customer.merge",
        "POST /customer-merges/{merge_id}/undo": "customer.merge",
    },
    looks={
        "GET /customers": "customer.list",
        "GET /customer-duplicates": "customer.list",
        "GET /api/v1/customers": "customer.list",
        "GET /api/v1/customer-duplicates": "customer.list",
    },
)
