"""Accounts, sessions and tokens are about people who work here, not about customers."""

from db.holdings import Holdings
from features.accounts.tables import AccountRow, ApiToken, SecondFactorRow, SessionRow

HOLDINGS = Holdings(
    staff=(AccountRow, SessionRow, SecondFactorRow, ApiToken),
    plain={
        AccountRow: ("number", "name", "role", "department", "team", "password", "language"),
        SessionRow: ("hash", "csrf", "address", "agent"),
        SecondFactorRow: ("secret",),
        ApiToken: ("hash", "role", "department", "label"),
    },
)
