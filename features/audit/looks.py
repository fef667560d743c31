"""Owns how a look at a customer's data is put on record (SEC-1): who, from where, at what."""

from datetime import UTC, datetime

from db.bounded import Patience
from features.audit import log as audit
from features.audit.log import AuditEntry
from web.current_user import Principal


def look(
    principal: Principal, action: str, subject: str, detail: str = "", *, why: str = ""
) -> AuditEntry:
    """Return the record of a look that happens now."""
    return AuditEntry(
        at=datetime.now(UTC),
        token_id=principal.token_id,
        account_id=principal.account_id,
        action=action,
        subject=subject,
        address=principal.address,
        detail=detail,
        why=why,
    )


async def recorded(asking: Patience, seen: AuditEntry) -> None:
    """Put a look on record before anything is shown. Raises NotAnsweringError: show nothing."""
    await asking.write(lambda connection: audit.note(connection, seen))


def noted(asking: Patience, seen: AuditEntry) -> None:
    """Put a look on record without waiting: for what is seen all day at work."""
    asking.note(lambda connection: audit.note(connection, seen))
