"""Registers customers."""

from features.customers import api, pages, pages_merge
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
        pages_merge.router,
    ),
    pages=(
        NavPage("customers", "/customers", "customers", 40),
        NavPage("customers", "/customer-duplicates", "customer_duplicates", 41),
    ),
    tags={"customers": "Customers, by any of their numbers (QUE-1, QUE-3)."},
    audited=(
        "customer.list",
        "customer.read",
        "customer.write",
        "customer.merge",
        "customer.unmerge",
    ),
)
