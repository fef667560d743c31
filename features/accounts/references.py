"""What other features may use of accounts in their own queries."""

from db.published import published
from features.accounts.tables import AccountRow, ApiToken

PERSON = published(AccountRow, "id", "number", "name", "role", "team")
"""Who somebody is; whoever joins it twice gives each its alias."""

TOKEN = published(ApiToken, "id", "label")
"""Which program it was."""
