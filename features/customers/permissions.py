"""Permissions of customers (SEC-1)."""

from permissions.declaring import Permissions
from permissions.roles import CUSTOMERS, WRITERS
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={
        "customer.read": everything(CUSTOMERS),
        "customer.write": everything(WRITERS),
    },
    routes={
        "GET /api/v1/customers/{number}": "customer.read",
        "PUT /api/v1/customers/{number}": "customer.write",
        "GET /customers": "customer.read",
        "GET /customers/{number}": "customer.read",
        "POST /customers/{number}": "customer.write",
    },
)
