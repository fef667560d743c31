"""Owns how a look at a customer's data is put on record (SEC-1): who, from where, at what."""

from datetime import UTC, datetime

from db.bounded import Patience
from features.audit import log as audit
from features.audit.log import Look
from web.current_user import Holder


def look(holder: Holder, action: str, subject: str, detail: str = "", *, why: str = "") -> Look:
    """Return the record of a look that happens now."""
    return Look(
        at=datetime.now(UTC),
        token_id=holder.token_id,
        account_id=holder.account_id,
        action=action,
        subject=subject,
        address=holder.address,
        detail=detail,
        why=why,
    )


async def recorded(asking: Patience, seen: Look) -> None:
    """Put a look on record before anything is shown. Raises NotAnsweringError: show nothing."""
    await asking.write(lambda connection: audit.note(connection, seen))


def noted(asking: Patience, seen: Look) -> None:
    """Put a look on record without waiting: for what is seen all day at work."""
    asking.note(lambda connection: audit.note(connection, seen))
