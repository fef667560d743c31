"""Owns the record of who looked at customer data (SEC-1, QA-5). Rows are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.models import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: which token, from where, did what with which thing."""

    at: datetime
    token_id: int
    action: str
    """As `recording.audio`: the thing and what was done with it."""
    subject: str
    """The thing's id."""
    address: str
    detail: str


_COLUMNS = (
    AuditRow.at,
    AuditRow.token_id,
    AuditRow.action,
    AuditRow.subject,
    AuditRow.address,
    AuditRow.detail,
)


async def note(connection: AsyncConnection, look: Look) -> None:
    """Keep a look (in the caller's transaction, before anything is shown)."""
    await connection.execute(
        insert(AuditRow).values(
            at=look.at,
            token_id=look.token_id,
            action=look.action,
            subject=look.subject,
            address=look.address,
            detail=look.detail,
        )
    )


async def looks_at(connection: AsyncConnection, subject: str) -> Sequence[Look]:
    """Return every look at one thing, oldest first."""
    query = select(*_COLUMNS).where(AuditRow.subject == subject).order_by(AuditRow.id)
    return [Look(**row) for row in (await connection.execute(query)).mappings()]
