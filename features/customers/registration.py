"""Registers customers."""

from features.customers import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("customers", "/customers", "customers", 40),),
    tags={"customers": "Customers, by their number (QUE-1, QUE-3)."},
    audited=(
        "customer.read",
        "customer.write",
    ),
)
