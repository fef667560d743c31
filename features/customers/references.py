"""What other features may use of customers in their own queries."""

from db.published import published
from features.customers.tables import CustomerNumberRow, CustomerRow

CUSTOMER = published(CustomerRow, "id", "sort")
"""Of which sort a customer is (QUE-1)."""

CUSTOMER_NUMBER = published(CustomerNumberRow, "identity", "customer_id")
"""Whose a number is; a customer has several."""
