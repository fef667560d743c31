"""Registers lists of customers."""

from features.customer_lists import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("customers", "/customer-imports", "customer_imports", 42),),
    audited=("customer.import", "customer.imported", "customer.imports", "customer.wrong_rows"),
)
