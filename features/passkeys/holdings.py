"""Passkeys and recovery codes are about people who work here, not about customers."""

from db.holdings import Holdings
from features.passkeys.tables import PasskeyRow, RecoveryCodeRow

HOLDINGS = Holdings(
    staff=(PasskeyRow, RecoveryCodeRow),
    plain={
        PasskeyRow: ("credential", "public_key", "party", "name"),
        RecoveryCodeRow: ("hash",),
    },
)
