"""What other features may use of customers in their own queries."""

from db.published import published
from features.customers.tables import CustomerRow

CUSTOMER = published(CustomerRow, "identity", "sort")
"""Of which sort a customer is (QUE-1)."""
