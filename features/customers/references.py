"""What other features may ask of customers in questions of their own."""

from db.published import published
from features.customers.tables import CustomerRow

CUSTOMER = published(CustomerRow, "identity", "sort")
"""Of which sort a customer is (QUE-1)."""
