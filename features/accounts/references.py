"""What other features may ask of accounts in questions of their own."""

from db.published import published
from features.accounts.tables import AccountRow, ApiToken

PERSON = published(AccountRow, "id", "number", "name", "role")
"""Who somebody is; whoever joins it twice gives each its alias."""

TOKEN = published(ApiToken, "id", "label")
"""Which program it was."""
